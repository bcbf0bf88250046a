"""Titles, dates and bodies of texts as copies leave them: what is the page's own, and what only stands near it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scrapers import notices
from scrapers.records import Notice
from scrapers.text import cues

BODY = "甲市加快医共体建设,牵头医院向卫生院派驻医师,远程会诊覆盖各乡镇,检查检验结果在全市互认,群众少跑路。"


MENU = ["栏目"] * 80


def parse(*lines: str) -> Notice:
    return notices.parse_page("\n".join(lines).encode())


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (
            ("标题:甲市医共体怎样转诊?", "留言编号:20250415 状态:已办结", "网友:青石 类型:咨询", BODY),
            "甲市医共体怎样转诊?",
        ),
        (
            (
                "网上问政平台",
                "信件编号:WZ12 信件类型:咨询",
                "标题:甲市医共体怎样转诊",
                "来信人:张** 来信时间:2025-04-08 20:15",
                BODY,
            ),
            "甲市医共体怎样转诊",
        ),
        (
            ("您的位置:首页 > 乡镇 > 正文", "甲溪街道:医共体走到居民身边", "来源:甲溪街道办 作者:贺婷", BODY),
            "甲溪街道:医共体走到居民身边",
        ),
        (("甲县医共体管理委员会", "会 议 纪 要", "〔2025〕第3号", BODY), "甲县医共体管理委员会会议纪要"),
        (("医联体", "播报", "医联体是指区域内医院与社区卫生服务机构组成的联合体,双向转诊是其主要工作。"), "医联体"),
        (("双向转诊", "双向转诊,简而言之就是小病在社区看、大病到医院看,康复再回到社区的就医方式。"), "双向转诊"),
        (("甲县", "甲县,地处山区,县医院与各乡镇卫生院组成医共体,牵头医院派驻医师到卫生院坐诊。"), None),
        (
            ("甲县人民医院", "医院动态", "甲县医共体让村民少跑路", "2024-05-06 作者:李明", BODY),
            "甲县医共体让村民少跑路",
        ),
        (("甲县卫健局工作简报", "第12期", "甲县医共体让村民少跑路", BODY), "甲县医共体让村民少跑路"),
        (("## 甲县医共体让村民少跑路", "2024-05-06", BODY), "甲县医共体让村民少跑路"),
        (("图文:甲县医共体让村民少跑路", "2024-05-06", BODY), "甲县医共体让村民少跑路"),
        (
            ("当前位置:首页 > 正文", "甲城:医联体里看病不再来回跑", "时间: 浏览:次 作者:admin", BODY),
            "甲城:医联体里看病不再来回跑",
        ),
        (("甲市卫生局网站", "甲县医共体让村民少跑路", "发布时间:2024-05-06", BODY), "甲县医共体让村民少跑路"),
        (
            ("甲局关于检查结果互认的通告(2023年第14期)", "发布时间:2024-05-06", BODY),
            "甲局关于检查结果互认的通告(2023年第14期)",
        ),
        (("“周末不打烊”", "甲区专家门诊开到社区", BODY), "“周末不打烊” 甲区专家门诊开到社区"),
        (("“周末不打烊”", "2024-03-05 来源:甲报", BODY), "“周末不打烊”"),
        (
            ("[民生] 说说医共体这两年的变化 [复制链接]", "石门老徐", "发表于 2018-6-3 21:15", BODY),
            "说说医共体这两年的变化",
        ),
        (
            ("医改工作简报", "第17期(总第203期)", "● 短讯三则", "关于医联体考核情况的通报", "各成员单位:", BODY),
            "关于医联体考核情况的通报",
        ),
        (("《甲市年鉴(2024)》>>卫生健康>>基层医疗", "甲市的医疗集团", BODY), "甲市的医疗集团"),
        (("文库首页 > 医院管理", "甲市医共体工作总结.docx", "第1页 / 共12页", BODY), "甲市医共体工作总结"),
        (("甲市医共体工作总结_第1页", "甲市医共体工作总结_第2页", BODY), "甲市医共体工作总结_第1页"),
        (
            ("关于印发甲州县域医共体", "三年行动方案的通知", "甲州县域医共体", "三年行动方案", BODY),
            "关于印发甲州县域医共体三年行动方案的通知",
        ),
        (("原标题:甲市医共体建设见成效", BODY), "甲市医共体建设见成效"),
        (("06月10日 星期二", "甲市医共体建设见成效", BODY), "甲市医共体建设见成效"),
        (("示例社甲市3月1日电题:甲市医共体建设见成效记", BODY), "甲市医共体建设见成效记"),
        (("标 题:甲市医共体建设见成效", "发布日期:2024年5月2日", BODY), "甲市医共体建设见成效"),
        (
            ("首页 > 要闻 > 甲市医共体建设见成效", "健康频道的今日推荐", "甲市医共体建设见成效", BODY),
            "甲市医共体建设见成效",
        ),
        (("甲市医共体,乡乡都连通", BODY), "甲市医共体,乡乡都连通"),
        (
            ("在线读报 甲市医共体建设见成效 春耕农机备好了", "放大 缩小 默认", "甲市医共体建设见成效", BODY),
            "甲市医共体建设见成效",
        ),
        (("健康 / 医疗改革", "甲市医共体建设见成效", BODY), "甲市医共体建设见成效"),
        (("上一版 下一版", "放大+ 缩小- 默认○", "甲市医共体建设见成效", BODY), "甲市医共体建设见成效"),
        (
            (
                "怎么转诊? 双向转诊如何办理",
                "怎么转诊_转诊流程_示例知识网",
                "浏览 48 次 提问时间:2024-03-05 14:20",
                BODY,
            ),
            "怎么转诊? 双向转诊如何办理",
        ),
        (("甲市医共体建设见成效", "示例新闻网 App", "2024-03-05 08:30", BODY), "甲市医共体建设见成效"),
        (("截至2024年12月底", "全市10个县建成医共体 19个", "派驻医师 268人次", "县域内就诊率 91.2%"), None),
        (
            ("甲市医共体建设见成效", "甲市卫生健康委员会 wjw.jia.gov.cn    时间:2024-03-05 08:30", BODY),
            "甲市医共体建设见成效",
        ),
        (("点击上方蓝字 关注我们", "甲市医共体建设见成效", BODY), "甲市医共体建设见成效"),
        (("甲市医共体建设见成效 ...", "发表于 2024-3-5 20:01:02 | 只看该作者", BODY), "甲市医共体建设见成效"),
        (("信息名称:甲市医共体建设见成效", "信息索引号:A1 | 公开方式:主动公开", BODY), "甲市医共体建设见成效"),
        (("甲市卫生健康委员会办公室文件", "甲市医共体建设方案", BODY), "甲市医共体建设方案"),
        (("关于2024年第3期医共体监测的通告", "2024-03-05", BODY), "关于2024年第3期医共体监测的通告"),
        (("甲市医共体统计公报", "一、医共体", BODY), "甲市医共体统计公报"),
        (("甲市织密医共体服务网", BODY), "甲市织密医共体服务网"),
        (("甲市医共体建设见成效", "甲市日报记者 张三 通讯员 李四", "2024-03-05 10:22", BODY), "甲市医共体建设见成效"),
        (("甲市医共体建设见成效", "甲市早报 订户", "2024年3月5日 5:00", BODY), "甲市医共体建设见成效"),
        (("甲市:医共体建设见成效", "张三 · 医改笔记 2024/03/05 08:15", BODY), "甲市:医共体建设见成效"),
        (
            ("甲市晚报", "标题导航", "甲市一家医共体今天开张", "夜市开张", "甲市一家医共体今天开张", BODY),
            "甲市一家医共体今天开张",
        ),
        (
            (
                "返回列表 发新帖",
                "查看: 62 | 回复: 4",
                "[闲聊] 甲市医共体怎么样?",
                "楼主 张三",
                "医师 积分 23 帖子 3",
                BODY,
            ),
            "甲市医共体怎么样?",
        ),
        (("甲市医共体建设见成效", "原创 宣传科 甲市医院", "2024-03-05 17:58 发表于江苏", BODY), "甲市医共体建设见成效"),
        (("医共体丨专家走进甲市社区", "2024-03-05 17:58", BODY), "医共体丨专家走进甲市社区"),
        (("甲市医共体建设见成效", "张三", "某省卫生学会理事,曾任医院院长", "2024-03-05", BODY), "甲市医共体建设见成效"),
        (("甲市医共体建设见成效", "甲网讯 通讯员 张三 摄影报道", "来源:甲网 2024-03-05", BODY), "甲市医共体建设见成效"),
        (("甲市卫生统计公报", "甲市卫生局 国家统计局甲市调查队", "2024年3月28日", BODY), "甲市卫生统计公报"),
        (("甲网", "要闻 | 财经 | 副刊 | 评论", "甲市医共体建设见成效", "文/张三", BODY), "甲市医共体建设见成效"),
        (("甲镇—要闻", "县长调研医共体建设工作", BODY), "县长调研医共体建设工作"),
        (("版面导航 标题导航", "“甲县的片子,乡镇也能看”", BODY), "“甲县的片子,乡镇也能看”"),
        (("甲市人民政府 新闻公报", "医共体建设问答八则", BODY), "医共体建设问答八则"),
        (("上传人:某人 格式:DOCX 页数:7", "医共体建设工作总结.docx", BODY), "医共体建设工作总结"),
        (
            ("索 引 号: 0001/2024-2 公开目录: 动态", "名    称: 甲县医共体有成效", "甲县医共体有成效", BODY),
            "甲县医共体有成效",
        ),
        (("名    称: 甲县医共体有成效", "主 题 词:", BODY), "甲县医共体有成效"),
        (
            (
                "打开APP看更多精彩内容",
                "今日甲县 关注",
                "甲县医共体有成效!",
                "甲县新闻客户端 记者 张三",
                "2024-03-05 07:50",
                BODY,
            ),
            "甲县医共体有成效!",
        ),
        (("简报", "第37期", "甲县医改领导小组办公室   2024年3月5日", "医共体“有里有面”", BODY), "医共体“有里有面”"),
        (
            ("签发人:张三", "甲卫函〔2024〕41号     是否公开:是", "对政协第0217号提案的答复", BODY),
            "对政协第0217号提案的答复",
        ),
        (("甲县医共体建设稳步推进成效显_水箱,保温水箱,消防水箱厂家", BODY), "甲县医共体建设稳步推进成效显"),
        (
            ("网站首页 医院概况", "医院新闻 通知公告 媒体聚焦 视频中心", "甲县医共体有成效", "作者:张三", BODY),
            "甲县医共体有成效",
        ),
        (("[话题] 甲县医共体有专家坐诊", "楼主: 张三 电梯直达", "发表于 2024-3-5 20:17", BODY), "甲县医共体有专家坐诊"),
        (
            (
                "发布机构:甲市卫健委",
                "组配分类:建议办理",
                "有 效 性:",
                "甲市第02号提案的答复",
                "发布日期:2024-03-05",
                BODY,
            ),
            "甲市第02号提案的答复",
        ),
        (("标签: 对口支援 医疗援疆", "甲市16名医生启程赴疆", BODY), "甲市16名医生启程赴疆"),
        (("无障碍阅读 关怀版", "《甲市行动方案》政策解读", BODY), "《甲市行动方案》政策解读"),
        (("甲省3市入选医疗集团试点 _ 陇北频道 _ 西部观察网", BODY), "甲省3市入选医疗集团试点"),
        (("甲县医共体有成效 - 知多多问答", BODY), "甲县医共体有成效"),
        (("甲县医共体有成效", "甲日报客户端  记者 张三", "2024-03-05 07:50", BODY), "甲县医共体有成效"),
        (("-甲县新闻网 甲县县委宣传部主管", "甲县医共体有成效", BODY), "甲县医共体有成效"),
        (("甲县医共体有成效", "发表于 江西", "2024-03-05 07:50", BODY), "甲县医共体有成效"),
        (("甲县医共体有成效", "单击此处添加副标题", BODY), "甲县医共体有成效"),
        (("甲县医共体有成效", "当前位置:首页 > 乡村 >", "更新时间:2024/3/5 来源:网络", BODY), "甲县医共体有成效"),
        (("首页 > 要闻", "甲市医共体建设见成效", "发布者:甲市医院 发表时间:2024-03-05", BODY), "甲市医共体建设见成效"),
        (("甲市医院牵头成立医疗协作网", "来源:甲市日报 发布时间:2024年3月5日", BODY), "甲市医院牵头成立医疗协作网"),
        (
            ("组配分类 工作方案 发布机构 甲市卫健委", "关于印发甲市医共体方案的通知", "发布时间:2024-03-05", BODY),
            "关于印发甲市医共体方案的通知",
        ),
        (
            ("示例网公众号 便民服务平台", "扫一扫联系客服,留言说明需求。", "甲市医共体2024年工作实录", BODY),
            "甲市医共体2024年工作实录",
        ),
        (
            ("寒潮明日到来 部分航班取消", "景区推出联票", "甲市医共体牵头医院派驻医师", BODY),
            "甲市医共体牵头医院派驻医师",
        ),
        (
            ("甲市县域医共体建设见成效", *MENU, "甲市县域医共体建设见成效", "2024-03-05", BODY),
            "甲市县域医共体建设见成效",
        ),
        (("您的位置:首页>要闻", "- 甲市医共体建设见成效", "- 发表时间:2024-03-05", BODY), "甲市医共体建设见成效"),
        (("2024年03月05日", "3 上一篇  下一篇 4 放大 缩小 默认", "甲市医共体建设见成效", BODY), "甲市医共体建设见成效"),
        (("添加客服微信", "升级会员", "甲市医共体发展规划(61页)", BODY), "甲市医共体发展规划(61页)"),
        (("甲市医共体建设情况的通报 |", "2024-03-05", BODY), "甲市医共体建设情况的通报"),
        ((f"甲市医共体建设见成效,乡镇能拍片 近日,{BODY}",), "甲市医共体建设见成效,乡镇能拍片"),
        ((f"甲市人民医院 近日,{BODY}",), None),
        (("甲市医共体要覆盖九成县 具体是什么情况呢", "2024-03-05", BODY), "甲市医共体要覆盖九成县"),
        (
            ("甲市破墙之后:医疗集团账本", "甲市周刊记者 向南 发自乙市", "2024-03-05 06:30", BODY),
            "甲市破墙之后:医疗集团账本",
        ),
        (("信件标题 咨询检查能否互认", "信件编号 GL20240305", "来信人 林**", BODY), "咨询检查能否互认"),
        (("法规名称:甲市转诊补助要点", "法规类别:行政", "法规章节:第7条", BODY), "甲市转诊补助要点"),
        (("张三,李四,王小五", BODY), None),
        (("甲市卫健局 欢迎您!", "首页 机构概况 政务公开", "甲市公布互认名单", "2024-03-05", BODY), "甲市公布互认名单"),
        (("甲市医共体的困境", "2023-05-18 张三丰 李四光", "评论 2023年3期", "张三丰 李四光", BODY), "甲市医共体的困境"),
        (
            (
                "正在阅读:",
                "【深度】甲市放号试验",
                "扫一扫",
                "【深度】甲市放号试验",
                "号源会不会变?",
                "图片来源:视觉",
                BODY,
            ),
            "【深度】甲市放号试验",
        ),
        (("各区县人民政府,市直各部门:", BODY), None),
        (("文 号: | 所属主题: | 政策文件 |", BODY), None),
    ],
)
def test_titles(lines: tuple[str, ...], title: str | None) -> None:
    assert parse(*lines).title == title


@pytest.mark.parametrize(
    ("lines", "date"),
    [
        (("甲市医共体建设见成效", "20240305  来源:甲市日报", BODY), "2024-03-05"),
        (("甲市医共体建设见成效", "项目编号 20240305 甲市", BODY), None),
        ((BODY, "《 甲市晨报 》( 2024年03月05日 03 版)"), "2024-03-05"),
        (
            ("怎么转诊最省事?", "甲市人民医院双向转诊中心 甲市一院 2024-03-05 18:30 发表于云南", "图片", BODY),
            "2024-03-05",
        ),
        (
            (
                "医改工作简报",
                "第17期",
                "甲市医疗集团办公室编 2024年3月5日",
                "● 短讯三则",
                "关于考核的通报",
                "各单位:",
                BODY,
            ),
            "2024-03-05",
        ),
        ((f"{BODY}  2024-03-05 09:16 5",), "2024-03-05"),
        ((f"{BODY} 人民医院 东西部协作 帮扶 2024-03-05 09:16",), "2024-03-05"),
        ((BODY, "某网友", "2024-03-05 09:16 5"), None),
        (("标签:帮扶", f"{BODY} 义诊 2024-03-05 09:16 5", f"{BODY[::-1]}。 义诊 2024-03-04 09:16 5"), None),
        (("首页 > 问答", "医共体怎样转诊?", BODY, "发布于 2024-03-05 赞同 86 评论 11"), "2024-03-05"),
        (("甲市医共体建设方案", "生效日期: | 2024-10-31 | 废止日期: |", BODY), None),
        (("甲市医共体建设方案", "成文日期:2024年3月4日", BODY), None),
        (("甲市医共体建设方案", "成文日期:2024年3月4日 发布日期:2024年3月9日", BODY), "2024-03-09"),
        (("甲市2024年4月18日医共体发布会实录", "时 间:2024年4月18日", "地 点:市会议中心", BODY), None),
        (("甲市医共体建设见成效", f"2024-03-05 浏览次数:7{BODY}"), "2024-03-05"),
        ((BODY, "2024-03-05 12:01:02", "来源:示例网"), "2024-03-05"),
        (
            ("甲市医共体建设见成效", "原创 甲市人民医院 甲市人民医院健康服务号 2024年03月05日 17:40 浙江", BODY),
            "2024-03-05",
        ),
        (("甲市医共体建设见成效", "; Q2 w* h6 K1 R$ t", "发表于 2024-3-5 20:44:07 | 只看该作者", BODY), "2024-03-05"),
        ((BODY, "网友评论更多", "某网友", "2024-03-05 12:01:02 推荐"), None),
        (("甲市医共体建设让群众少跑路 2024-03-05", BODY), "2024-03-05"),
        (("甲市医共体建设见成效", "05", "2024-03", BODY), "2024-03-05"),
        (("2024.03", "05", "甲市医共体建设见成效", BODY), "2024-03-05"),
        (("甲市医共体建设见成效", "2024", "03/05", "09:12", BODY), "2024-03-05"),
        (("甲市日报/2024年/3月/5日/第 002 版", "甲市医共体建设见成效", BODY), "2024-03-05"),
        (("2024年03月05日 星期二", "第02版:要闻", "甲市医共体建设见成效", BODY), "2024-03-05"),
        (("甲市日报 2024年03月05日 星期二 05版 深度", "甲市医共体建设见成效", BODY), "2024-03-05"),
        (("甲市医共体建设见成效", "张三", "2024-03-05", BODY), "2024-03-05"),
        (
            ("第A05版:民生", "上一篇 下一篇", "往期", "2024年03月05日 星期二", "甲市医共体建设见成效", BODY),
            "2024-03-05",
        ),
        (("甲县医改领导小组办公室   2024年3月5日", "甲市医共体建设见成效", BODY), "2024-03-05"),
        (("甲市医共体建设见成效", "收稿日期:2023-12-06 网络出版日期:2024-03-05", BODY), "2024-03-05"),
        (("甲市医共体建设见成效", f"2024年3月5日 据甲市卫健委消息,{BODY}"), "2024-03-05"),
        (("今天是2024年03月05日 星期二", "甲市医共体建设见成效", BODY), None),
        (("甲市医共体建设见成效", BODY, "最近更新日期:2024年3月5日"), "2024-03-05"),
        (("甲市医共体建设见成效", BODY, "《甲市日报》2024-03-05 第01版"), "2024-03-05"),
        (("发文日期 | 2024-03-02", "甲市医共体建设见成效", "2024-03-05 10:05:44 来源:基层科", BODY), "2024-03-05"),
        (("发文日期 | 2024-03-02", "甲市医共体建设见成效", BODY), "2024-03-02"),
        (("甲市县域医共体建设见成效", *MENU, "甲市县域医共体建设见成效", "2024-03-05", BODY), "2024-03-05"),
        (
            ("date 2024-03-05 我的频道", "寒潮明日到来", "景区推出联票", "票价下调", "甲市医共体派驻医师", BODY),
            "2024-03-05",
        ),
        (
            ("甲市晚间新闻", *(f"甲市医共体建设见成效{n} 2024-03-0{n} 09:40:00 {BODY}" for n in range(1, 5))),
            None,
        ),
        (
            ("標籤:遠距醫療", *(line for n in range(1, 6) for line in (f"2024-03-0{n} 17:30", f"第{n}家醫院上線。"))),
            None,
        ),
        (("甲市医共体要点", "首页 | 网站导航 | 信息公开", "日期:[2024-03-05]", "浏览:[88]次", BODY), "2024-03-05"),
        (("政府工作报告", "——2024年3月5日在甲县第十九届人民代表大会第五次会议上", BODY), None),
        (("甲县医共体的一年", "3 月 5, 2024", BODY), "2024-03-05"),
        (("收稿日期:2023-12-06", "出版日期:2024-03-05", "甲县的影像中心", BODY), "2024-03-05"),
        (("上一版 下一版", "A02:要闻", "2024年03月05日 星期二", "放大 缩小 默认", "甲市医共体", BODY), "2024-03-05"),
        (("甲市晚报 数字报", "2024年03月05日 星期二", "A07版:社会 上一版 下一版", "甲市医共体", BODY), "2024-03-05"),
        (
            ("公立醫院專科門診安排", "下稿代醫院管理局發出:", BODY, "完", "2024年3月5日(星期二)", "香港時間18時30分"),
            "2024-03-05",
        ),
        (
            ("甲縣分級醫療", "發布日期 113/03/05", "甲縣的診所與醫院攜手轉診,民眾就醫更方便,轉診件數比去年多了許多。"),
            "2024-03-05",
        ),
    ],
)
def test_dates(lines: tuple[str, ...], date: str | None) -> None:
    assert parse(*lines).publish_date == date


def test_what_a_copy_left_around_an_article_is_none_of_it() -> None:
    title, source = "甲市医共体建设见成效", "2024-03-05 来源:示例日报"
    head = ("关键词:医共体 医院", "照片 a1b2c3.jpg", 'nerror="javascript:hide();" src="http://example.com/a.jpg" />')
    tail = ("(记者 张三)", "秋季新盘集中上线", "zheshiyiduanpinyin,meiyouyigehanzi", "【版权提示】本站尊重版权。")
    assert parse(title, source, *head[::2], BODY, *tail).body == f"{BODY}\n(记者 张三)"


@pytest.mark.parametrize(
    "foot",
    [
        "热门评论\n村口的人:卫生院新来的大夫好",
        "最新留言\n[办理中] 夜市太吵",
        "上一期:乡村故事 春耕",
        "未经正式授权严禁转载本文,侵权必究。",
        "本頻道標有“本網”字樣的稿件版權歸本頻道。",
        "抄送:市人大常委会。",
        "下载此文 赞助VIP",
        "相关问答\n异地就医备案有效期多长?",
        "其他回答(2)\n不懂帮顶",
        "甲市卫生健康委员会主办 甲市信息中心承办",
        "本主题由 版主 于 2024-3-7 08:30 设置高亮\n沙发 某网友 发表于 2024-3-6 21:40\n我们那里来了30个人。",
        "参考资料\n1 医疗集团成立 .甲市日报.2024",
        "附件下载:无",
        "文字|张三",
        "制图 张三",
        "缩小字体 放大字体",
        "[ 返回列表 ] [ 顶部 ] [ 收藏 ]",
        "发表回复 | 只看楼主 | 收藏",
        "字数:1320 预计阅读4分钟",
        "顶一下(0) 0% 踩一下(0) 0%",
        "[ 返回列表 ] 上一条:没有了",
        "[甲县总医院总结]相关文章\n1、甲县疾控中心总结",
        "推荐访问:总结 医院",
        "如需转载,请注明来源:甲网",
        "【广告】点击领取试用装,仅限前500名",
        "« 上周要闻",
        "前一篇:甲市召开推进会",
        "该文观点或立场与本站无关。",
        "(本条新闻版权为甲台所有,如需转载须注明来源)",
        "凡电头为“甲网”的稿件,版权均属甲网;经授权转载的,请注明出处并保留电头。",
        "- ·夜市灯光照亮郊区",
        "[录入者:乙区]",
        "还没有账号?",
        "温馨提示:以上内容仅供参考",
        "点击蓝字 · 关注我们",
        "以上图片均为示例社记者张三摄",
        "本网法律顾问:示例律师事务所",
        "A+ A-",
        "图为启动现场",
        "医生在上传影像(资料图)",
        "甲市医共体工作总结_第2页",
        "(收稿日期:2025-01-20)",
        "收藏  有用+1  214",
        "相关附件",
        "1. 更多",
        "人气:418",
        "1. 电视剧大全免费播放",
        "医院标志释义 | 行风举报 | 院长信箱",
        "下载次数:117",
        "附件下载:监测明细.xlsx(38KB,下载次数:117)",
        "查看:517次标签:医联体",
        "栏目:医保百科 阅读:1,907 评论:0",
        "词条浏览次数:3,871次",
        "匿名用户:我们这边是一年2000",
        "已赞过 已踩过 你对这个回答的评价是?",
        "FacebookWhatsApp複製連結",
        "广告(请继续阅读本文)",
        "【开箱评测】新品一览 >>",
        "\U0001f197鼎盛88\U0001f198",
        "不用抽 不用抢 现在用APP看新闻 保证天天中奖",
        "人人都在看:社区述职报告",
        "本站资源均是用户自行上传分享",
        "专家带着医生做手术。通讯员 供图",
        "文章僅屬作者意見，不代表本報立場。",
        "【我要打印】【关闭】",
        "(共印60份)",
        "题图为医疗队员在牧区巡诊",
        "听新闻 0:00 / 2:37",
        "浏览 41.2W",
        "其他文献\n烤烟育苗技术要点",
        "老人鞋买一双送一双",
        "(此件公开发布)",
        "(作者系媒体人,本文仅代表个人观点)",
        "热门招聘\n某某市中医院招聘80人",
        "文档标签: 医共体 方案 范本",
    ],
)
def test_what_sites_print_below_is_none_of_the_article(foot: str) -> None:
    assert parse("甲市医共体建设见成效", "2024-03-05 来源:示例日报", BODY, foot).body == BODY


@pytest.mark.parametrize(
    "behind", ["【查看详情】", " 张 三 摄", "(资料照,记者张三摄)", " 甲市日报 第05版:http://example.com/a.htm?div=1 |"]
)
def test_what_stands_behind_the_last_sentence_on_its_line_is_none_of_it(behind: str) -> None:
    assert parse("甲市医共体建设见成效", "2024-03-05 来源:示例日报", BODY + behind).body == BODY


def test_the_fields_and_tags_of_a_script_are_read_as_what_they_are() -> None:
    fields = '{"id":"4912","toptitle":"","title":"甲市医共体建设见成效","crtime":"2024-03-05 10:22:31","thumb":""}'
    notice = parse(fields, rf"\u003cdiv class=\"rich\"\u003e\u003cp\u003e{BODY}\u003c/p\u003e\u003cp\u003e{BODY[::-1]}")
    assert (notice.title, notice.publish_date) == ("甲市医共体建设见成效", "2024-03-05")
    assert notice.body == f"{BODY}\n{BODY[::-1]}"


def test_a_list_of_headlines_each_with_its_day_says_nothing() -> None:
    said = (
        "甲市12个县的医共体全部实现结果互认",
        "甲市首批136名医师驻乡帮扶",
        "远程心电覆盖97家村卫生室",
        "春季植树活动举行",
    )
    items = "".join(f'<li><a href="/{n}">{text}</a><span>2024-03-2{n}</span></li>' for n, text in enumerate(said))
    listed = f"<html><head><title>工作动态</title></head><body><h2>工作动态</h2><ul>{items}</ul></body></html>"
    for notice in (notices.parse_page(listed.encode()), parse(*(f"{text}2024-03-2{n}" for n, text in enumerate(said)))):
        assert (notice.relevant, notice.facts) == (False, [])


def test_the_slogans_of_a_site_are_no_beginning() -> None:
    assert parse("甲市医共体建设见成效", "2024-03-05 来源:示例日报", "蓝绿交织 城乡共融", BODY).body == BODY


def test_a_text_with_tags_before_it_is_a_text() -> None:
    residue = "\n".join(f'<dl id="{n}"></dl><samp id="{n}"></samp><address id="{n}"></address>' for n in range(12))
    notice = parse(residue, "  1. <input id=9>", "甲市医共体建设见成效", "2024-03-05 来源:示例日报", BODY)
    assert (notice.title, notice.publish_date, notice.body) == ("甲市医共体建设见成效", "2024-03-05", BODY)


def test_the_beginning_of_a_paragraph_is_no_foot() -> None:
    more = "上一期医疗队带教23人,未经授权的人员不得调阅检查结果。"
    assert parse("甲市医共体建设见成效", "2024-03-05 来源:示例日报", BODY, more, BODY[::-1]).body.count(more) == 1


def test_a_cue_that_is_no_word_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cues.yml").write_text("article_ends:\n  - 抄送:\n", encoding="utf-8")
    monkeypatch.setattr(cues, "CUES", tmp_path / "cues.yml")
    with pytest.raises(ValueError, match=r"cues\.yml: article_ends: \{'抄送': None\} is no word"):
        cues.cues.__wrapped__()


def test_a_signature_and_an_enclosure_stay() -> None:
    notice = parse("关于医共体建设的通知", "各区县卫健局:", BODY, "附件:任务清单", "甲市卫生健康委", "2024年4月30日")
    assert notice.body.endswith("附件:任务清单\n甲市卫生健康委\n2024年4月30日")


def test_tags_that_a_copy_left_make_no_markup() -> None:
    notice = parse('<style id="x"></style>', "<p></p>", "甲市医共体建设见成效", "2024-03-05 来源:示例日报", BODY)
    assert (notice.title, notice.publish_date, notice.body) == ("甲市医共体建设见成效", "2024-03-05", BODY)


def test_the_level_before_a_change_has_no_date_of_the_page() -> None:
    change = "医共体内基层就诊率由52%提高到61%,药占比由2021年的31%降至26%。"
    notice = parse("甲市医共体建设见成效", "2024-03-05 来源:示例日报", BODY, change)
    assert [(fact.value, fact.date, fact.date_precision) for fact in notice.facts] == [
        (52.0, None, "earlier"),
        (61.0, "2024-03-05", "as-of"),
        (31.0, "2021-12-31", "year"),
        (26.0, None, None),
    ]


def test_a_question_with_its_speaker_is_no_head() -> None:
    asked = "记者:您好,市医院牵头组建城市医疗集团已经一年多了,现在集团是怎样的一个架构?"
    assert parse("“让专家号沉到社区去”", "甲市日报 2024-03-05", asked, BODY).body == f"{asked}\n{BODY}"


def test_a_list_of_headlines_below_lines_without_a_sentence_is_none_of_them() -> None:
    notice = parse(
        "甲院工作制度(2024版)", "1 监测制度", "2 供应室制度", "3 手卫生制度", "猜你喜欢", "医共体转诊流程.doc 6页"
    )
    assert notice.body == "1 监测制度\n2 供应室制度\n3 手卫生制度"


SHEET = "<html><head><title>{window}</title>{meta}</head><body><div>甲县人民医院</div>{head}<p>{body}</p></body></html>"


@pytest.mark.parametrize(
    ("window", "meta"),
    [
        ("新闻中心 - 甲县人民医院【官网】", ""),
        ("甲省卫生健康委员会 通知公告", "<meta name='ArticleTitle' content='甲省卫生健康委员会'>"),
        ("甲县人民政府门户网站", ""),
    ],
)
def test_what_the_site_is_called_is_no_title(window: str, meta: str) -> None:
    head = "<div>关于公布医共体名单的通知</div><div>来源:基层科</div>"
    page = SHEET.format(window=window, meta=meta, head=head, body=BODY)
    assert notices.parse_page(page.encode()).title == "关于公布医共体名单的通知"


def test_an_office_is_told_from_what_it_built() -> None:
    page = SHEET.format(window="甲县建成全省首个数字化人民医院", meta="", head="", body=BODY)
    assert notices.parse_page(page.encode()).title == "甲县建成全省首个数字化人民医院"


def test_a_system_without_a_date_writes_1970() -> None:
    meta = "<meta name='PubDate' content='1970-01-01 08:00:00'>"
    page = SHEET.format(window="甲县医共体建设见成效", meta=meta, head="<div>2024-03-05 来源:基层科</div>", body=BODY)
    assert notices.parse_page(page.encode()).publish_date == "2024-03-05"


def test_an_article_that_names_its_title_again_begins_above() -> None:
    meta = "<meta name='ArticleTitle' content='甲县医共体'>"
    page = SHEET.format(window="甲县医共体", meta=meta, head=f"<p>{BODY}</p><p>甲县医共体</p>", body=BODY[::-1])
    assert BODY in notices.parse_page(page.encode()).body


TITLE = "甲县医共体让群众在家门口看好病"


@pytest.mark.parametrize(
    ("window", "head"),
    [
        (TITLE, f"<div><span>05</span><span>2024-03</span></div><h2>{TITLE}</h2>"),
        (TITLE, f"<h2>{TITLE}</h2><div><em>03/05</em><i>2024</i></div>"),
        (TITLE, f"<h1>{TITLE}</h1><time datetime='2024-03-05T10:00:00+08:00'>2024-03-05</time>"),
        (TITLE, f"<h1>{TITLE}</h1><div>20240305</div>"),
        (TITLE, f"<h1>{TITLE}<br><small>2024-03-05 10:00</small></h1>"),
        (TITLE, f"<h1>{TITLE}</h1><ul><li>来源:</li><li>办公室</li><li>时间:</li><li>2024-03-05</li></ul>"),
        ("甲县新闻网", f"<p><strong>{TITLE}</strong></p><p>2024-03-05 09:00 来源:甲县新闻网</p>"),
        (f"{TITLE[:-2]}...", f"<div>{TITLE}</div><div>2024-03-05 10:20:30</div>"),
        (f"甲县之窗——{TITLE}", f"<h1>甲县信息公开平台</h1><div>{TITLE}</div><div>2024-03-05 10:20:30</div>"),
        (TITLE, f"<h1>甲县信息公开平台</h1><div>{TITLE[:8]}<br>{TITLE[8:]}</div><div>2024-03-05 10:20:30</div>"),
        (
            f"{TITLE} - 基层杂谈 - 甲县乡音论坛",
            f"<h2>甲县乡音论坛</h2><h1><a>[闲聊]</a> {TITLE}</h1><div>2024-03-05 10:20:30</div>",
        ),
        ("政策问答", f"<h1>健康甲县</h1><h3>{TITLE}</h3><div>2024-03-05 10:20:30</div>"),
        ("新闻详情", f"<div>{TITLE}</div><div>2024-03-05 10:20:30</div>"),
        ("新建网页 1", f"<div>{TITLE}</div><div>2024-03-05 10:20:30</div>"),
        (f"{TITLE}-新闻动态-甲县人民医院", f"<h1>甲县人民医院</h1><div>{TITLE}</div><div>日期:2024-03-05</div>"),
        (
            "甲县卫生局-最新消息",
            f"<table><tr><td>标题</td><td>{TITLE}</td></tr><tr><td>日期:2024-03-05</td></tr></table>",
        ),
    ],
)
def test_heads_of_sites(window: str, head: str) -> None:
    menu = "<ul><li><a href='/'>首页</a></li><li><a href='/x'>新闻</a></li></ul><h3>热点新闻</h3>"
    markup = f"<html><head><title>{window}</title></head><body>{menu}{head}<div><p>{BODY}</p></div></body></html>"
    notice = notices.parse_page(markup.encode())
    assert (notice.title, notice.publish_date, notice.body) == (TITLE, "2024-03-05", BODY)


def test_several_times_are_those_of_other_articles() -> None:
    times = "<time datetime='2024-03-05'>周二</time><time datetime='2024-03-06'>周三</time>"
    markup = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>{BODY}</p>{times}</body></html>"
    assert notices.parse_page(markup.encode()).publish_date is None


@pytest.mark.parametrize(
    "beside", ["<aside>{}</aside>", "<ol class='comment-list'><li>{}</li></ol>", "<footer>{}</footer>"]
)
def test_the_time_of_a_comment_is_none_of_the_page(beside: str) -> None:
    time = beside.format("<time datetime='2024-03-05T10:00:00+08:00'>周二</time>")
    markup = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>{BODY}</p>{time}</body></html>"
    assert notices.parse_page(markup.encode()).publish_date is None


def test_a_blog_dates_its_article_in_the_footer_of_that() -> None:
    time = "<time class='entry-date published' datetime='2024-03-05T10:00:00+08:00'>周二</time>"
    markup = f"<html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1><p>{BODY}</p><footer>{time}"
    assert notices.parse_page(markup.encode()).publish_date == "2024-03-05"


def test_a_paper_dates_itself_for_catalogues() -> None:
    meta = "<meta name='citation_publication_date' content='2024/03/05'>"
    markup = f"<html><head><title>{TITLE}</title>{meta}</head><body><h1>{TITLE}</h1><p>{BODY}</p></body></html>"
    assert notices.parse_page(markup.encode()).publish_date == "2024-03-05"


def test_a_list_of_articles_is_called_as_its_column() -> None:
    links = "".join(f"<li><a href='/{n}'>甲县召开卫生健康工作第{n}次会议</a> 2024-03-0{n}</li>" for n in range(1, 7))
    markup = f"<html><head><title>工作动态</title></head><body><ul>{links}</ul></body></html>"
    assert notices.parse_page(markup.encode()).title == "工作动态"


def test_above_the_abstract_of_a_paper_nothing_is_its_article() -> None:
    journal = "《县域卫生》杂志面向县乡医疗机构管理者,刊载改革动态、管理案例和调查报告,在基层有广泛的读者。"
    references = ("参考文献 1", "张三.医联体内慢病连续服务[J].社区医学论坛,2022,20(8):5-9")
    head = ("期刊简介", journal, *references, "县域卫生2021年第6期", "一张切片的县际旅行", "张三,李四")
    notice = parse(*head, "摘要", BODY, "关键词:医共体;病理", "一、背景", BODY[::-1], "参考文献", references[1])
    assert notice.title == "一张切片的县际旅行"
    assert notice.body == f"{BODY}\n一、背景\n{BODY[::-1]}"
    inline = parse(*head, f"摘要:{BODY}", "相关论文")
    assert (inline.title, inline.body) == ("一张切片的县际旅行", f"摘要:{BODY}")


def test_the_heading_of_an_abstract_may_stand_before_it_with_a_blank_only() -> None:
    office = "1. 甲湖大学公共卫生学院 湖北武汉 430000; 2. 甲台市卫生发展研究所 河南甲台 450000"
    notice = parse(
        "县域医共体资源下沉的效果", "张三1, 李四2", office, f"摘要 目的:{BODY}", "关键词 医共体", f"1 结果 {BODY}"
    )
    assert notice.title == "县域医共体资源下沉的效果"
    assert notice.body == f"摘要 目的:{BODY}\n关键词 医共体\n1 结果 {BODY}"


def test_sentences_that_end_in_a_plain_stop_are_sentences() -> None:
    text = "医共体建成影像中心,年出具报告2.74万例.中心与上级医院的符合率为98.6%.县医院派驻医师16名.作者认为,应当推广."
    notice = parse("甲县的影像中心", text)
    assert notice.body == text
    assert [(fact.value, fact.evidence) for fact in notice.facts][:1] == [(27400.0, "年出具报告2.74万例")]


def test_an_english_article_ends_where_its_comments_begin() -> None:
    title, first = (
        "Bringing the hospital closer to the harbour",
        "People in the town plan their visits around the tide, and ",
    )
    article = f"{first}the only road to the hospital closes several times each winter."
    foot = ("4 comments", "Alan says: 20 March 2019 at 9:14 am", "Leave a Reply", "Cookies on this site")
    notice = parse(
        "Home > News > Blog", title, "Blog | 14 March 2019 | 4 comments", article, article[::-1] + ".", *foot
    )
    assert (notice.title, notice.publish_date, notice.relevant) == (title, "2019-03-14", False)
    assert notice.body == f"{article}\n{article[::-1]}."


def test_the_title_of_an_english_article_is_the_line_that_it_speaks_of() -> None:
    title = "Northshore residents to get new polyclinic by 2028"
    first = "Residents of Northshore will have a new polyclinic by 2028, the ministry said in a statement on Tuesday."
    head = ("Best Regional News App 2023", "Hamburger Menu", "Singapore")
    below = ("By Tess Maddern, Health correspondent", "Share this with Facebook X Email Copy link")
    foot = ("Photo credit: the ministry", "Read more country stories", "Donate")
    notice = parse(*head, title, *below, first, first[::-1] + ".", *foot)
    assert (notice.title, notice.body) == (title, f"{first}\n{first[::-1]}.")


def test_a_letter_is_dated_by_its_answer() -> None:
    letter = ("标题:咨询卫生院坐诊", "写信人:张** 写信时间:2025-07-16 21:07", "请问县医院的医生哪天到镇上坐诊?")
    notice = parse(*letter, "答复单位:甲县卫健局 答复时间:2025-07-22 15:33", BODY)
    assert notice.publish_date == "2025-07-22"


def test_an_account_dates_its_article_in_a_script() -> None:
    script = "<script>var ct='1760659680';var createTime = '2025-10-17 08:08';var svr_time='1764270000';</script>"
    page = f"<html><head><title></title>{script}</head><body><h1>{TITLE}</h1><p>{BODY}</p></body></html>"
    assert notices.parse_page(page.encode()).publish_date == "2025-10-17"


def test_a_journal_dates_its_paper_below_it_in_two_lines() -> None:
    assert (
        parse("甲县的影像中心", BODY, "PDF", "出版日期", "2023-06-28", "收稿日期", "2023-02-14").publish_date
        == "2023-06-28"
    )


def test_a_list_of_headlines_dates_no_page() -> None:
    titles = ("医共体召开分析会", "远程影像突破五万例", "开展传染病防控督导", "市级专家来我县帮扶")
    items = "".join(f"<li><a>{title}</a><span>[2024-03-0{day}]</span></li>" for day, title in enumerate(titles, 1))
    page = (
        f"<html><head><title>动态_甲县卫健局</title></head><body><h2>工作动态</h2><ul>{items}</ul>共386条</body></html>"
    )
    assert notices.parse_page(page.encode()).publish_date is None


@pytest.mark.parametrize(
    "line",
    [
        "2. 高清远程会诊系统",
        "1. 中央专项彩票公益金支持的项目",
        "人工智能辅助诊断不能替代医生的判断,医共体的医师都这样说。",
        "更多重要的检验项目将在年内纳入互认范围,群众看病更方便。",
        "家庭医生访问:320次",
    ],
)
def test_what_only_looks_like_a_line_of_the_site_stays(line: str) -> None:
    assert (
        parse("甲市医共体建设见成效", "2024-03-05 来源:示例日报", BODY, line, BODY[::-1] + "。").body.count(line) == 1
    )


def test_words_with_bars_between_figures_are_the_head_of_a_table() -> None:
    rows = ("县区 | 上转 | 下转", "甲县 | 1042 | 688", "乙县 | 1107 | 735")
    assert parse("甲市医共体运行情况", BODY, *rows).body == "\n".join((BODY, *rows))


@pytest.mark.parametrize(
    "line",
    [
        "最佳答案",
        "[ 大 中 小 ]  视力保护色:",
        "收藏  【A+ A-】",
        "第1页 / 共12页",
        "编译:叶知秋",
        "[查看全部直播]",
        "更新于 3月05日08:20 • 发布于 3月04日",
        "5年前 · TA获得超过3201个赞",
        "5个回答",
    ],
)
def test_what_sites_print_above_is_none_of_the_article(line: str) -> None:
    assert parse("甲市医共体建设见成效", "2024-03-05 来源:示例日报", line, BODY).body == BODY


def test_the_values_of_a_list_of_labels_are_no_part_of_the_article() -> None:
    labels = ("• 索引号:", "• 11330990MB1F20773X/2025-0087114", "• 发布机构:", "• 甲市卫生健康局")
    assert parse("甲市医共体建设方案", *labels, BODY).body == BODY


def test_a_button_behind_the_last_sentence_is_none_of_it() -> None:
    assert parse("甲市医共体建设见成效", "2024-03-05 来源:示例网", f"{BODY}返回示例,查看更多").body == BODY


def test_words_of_our_topics_make_a_page_ours_that_names_us_once() -> None:
    named = "甲院是区域医联体的成员单位,方便多了。"
    spoken = "3个科室的专家轮流下沉,坐诊、巡诊都有定数,病人上转下转有专人管。"
    rest = "街坊们说,在家门口看得上、看得好,比从前方便多了,大家都高兴。"
    assert parse("专家来了就不走", named, spoken, spoken, *[rest] * 8).relevant
    assert not parse("专家来了就不走", named, *[rest] * 8).relevant


def test_the_page_of_a_clinic_that_sells_is_not_ours() -> None:
    said = "本院与多家医院建立医联体合作关系,专家会诊,原价380元的检查仅需98元,每天限20名。"
    assert not parse("甲市看前列腺哪家医院好?专家坐诊", "来源:某男科医院 时间:2024-03-05", said).facts


def test_the_logo_is_no_part_of_a_title_that_begins_with_it() -> None:
    title = "甲市人民政府办公室关于印发甲市城市医疗集团建设方案的通知"
    head = f"<h1><a href='/'>甲市人民政府</a></h1><h2>{title[:18]}<br>{title[18:]}</h2><div>发布日期:2024-03-05</div>"
    markup = f"<html><head><meta name='ArticleTitle' content='{title}'></head><body>{head}<p>{BODY}</p></body></html>"
    assert notices.parse_page(markup.encode()).title == title


def test_a_short_last_sentence_that_says_it_is_the_last_stays() -> None:
    last = "各试点城市于7月底前制定方案。(完)"
    assert parse("甲市医共体建设见成效", "2024-03-05 来源:示例网", BODY, last).body == f"{BODY}\n{last}"


PAPER = """<html><head><title>甲报 2023年05月18日 星期四 -电子版</title></head><body>
<!--enpproperty <date>2023-05-18 00:00:00.0</date><author/>
<title>一辆流动医院车跑遍十镇</title>/enpproperty-->
<table><tr><td>本版导航</td></tr><tr><td><a>茶园里的夜校</a></td></tr></table>
<div><b>一辆流动医院车跑遍十镇</b><p>{body}</p></div></body></html>"""


def test_the_systems_of_papers_say_title_and_day_in_a_comment() -> None:
    notice = notices.parse_page(PAPER.format(body=BODY).encode())
    assert (notice.title, notice.publish_date, notice.body) == ("一辆流动医院车跑遍十镇", "2023-05-18", BODY)


def test_the_issue_of_a_paper_is_no_title() -> None:
    notice = notices.parse_page(re.sub("(?s)<!--.*-->", "", PAPER).format(body=BODY).encode())
    assert notice.title == "一辆流动医院车跑遍十镇"


def test_a_heading_goes_on_where_the_window_stops() -> None:
    window, heading = "手机看:县医院能做的手术又多了", "县医院能做的手术又多了!甲县医共体一年留住八千病人"
    page = f"<html><title>{window}</title><body><h1>{heading}</h1><p>{BODY}</p><h3>热门评论</h3></body></html>"
    assert notices.parse_page(page.encode()).title == heading


@pytest.mark.parametrize("line", ["甲市日报                 2024年05月06日 星期一", "2024年05月06日 星期一 甲市日报"])
def test_the_day_of_an_issue_has_its_weekday(line: str) -> None:
    assert parse("甲县医共体让村民少跑路", line, BODY).publish_date == "2024-05-06"
    assert parse("甲县医共体让村民少跑路", line.replace("甲市日报", "今天是"), BODY).publish_date is None


def test_a_day_below_an_article_is_its_own_where_its_source_is_beside() -> None:
    title = "甲县医共体让村民少跑路"
    assert parse(title, BODY, "2024-05-06 来源:甲市日报").publish_date == "2024-05-06"
    assert parse(title, BODY, "2024-05-06").publish_date is None


WINDOWS = (
    *("{t}", "{t}_甲县人民政府", "{t}-甲县人民政府门户网站", "甲县人民政府 {t}", "新闻中心-{t}-甲县人民医院"),
    *("{t} - 医院新闻 - 甲县人民医院", "甲县卫生健康局", "新闻详情", "文章内容页", "甲县人民政府门户网站 部门动态 {t}"),
    *("{t}|甲县|医共体_甲网", "{t}--甲县频道--人民网", "甲网 - {t}", "", "{cut}..._甲县人民政府", "{t}丨甲观察"),
)
HEADS_OF_PAGES = (
    "<h1>{t}</h1><div>2024-05-06 来源:甲报</div><div class=content><p>{b}</p></div>",
    "<div><h2>新闻中心</h2><a href=1>医院动态</a></div><div><h2>{t}</h2><p>发布时间:2024-05-06</p><p>{b}</p></div>",
    "<div class=news_title>{t}</div><div class=time>2024-05-06</div><div class=con><p>{b}</p></div>",
    "<table><tr><td><b>{t}</b></td></tr><tr><td>2024-05-06 10:00</td></tr><tr><td><p>{b}</p></td></tr></table>",
    "<h3>通知公告</h3><div><h3>{t}</h3><i>2024-05-06</i><p>{b}</p></div><div><h3>相关新闻</h3><a>义诊</a></div>",
)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(
    "title", ["甲县:“一张网”织出就医新体验", "专家下乡 义诊到家", "8个月下沉,换来什么?——甲县医共体观察"]
)
def test_a_window_names_column_and_site_on_either_side(window: str, title: str) -> None:
    head = f"<head><title>{window.format(t=title, cut=title[:8])}</title></head>"
    pages = [f"<html>{head}<body>{shape.format(t=title, b=BODY)}</body></html>" for shape in HEADS_OF_PAGES]
    assert [notices.parse_page(page.encode()).title for page in pages] == [title] * len(pages)


def test_a_window_of_nothing_but_names_leaves_it_to_the_headings() -> None:
    page = (
        "<html><head><title>新闻中心-甲城市人民医院</title></head><body><div><h3>新闻中心</h3><h3>最新文章</h3></div>"
        f"<div class=title><h2>专家下乡“摆摊” 家门口看名医</h2></div><div class=con><p>{BODY}</p></div></body></html>"
    )
    assert notices.parse_page(page.encode()).title == "专家下乡“摆摊” 家门口看名医"


def test_a_title_on_three_lines_is_one() -> None:
    title = "甲县人民政府办公室关于印发甲县紧密型县域医共体资源下沉实施细则的通知"
    broken = "甲县人民政府办公室<br/>关于印发甲县紧密型县域医共体资源下沉<br/>实施细则的通知"
    page = (
        f"<html><head><title>甲县人民政府办公室 规范性文件 {title}</title></head>"
        f"<body><p class=con-title>{broken}</p><p>{BODY}</p></body></html>"
    )
    assert notices.parse_page(page.encode()).title == title


def test_a_picture_and_who_made_it_are_no_sentence() -> None:
    caption = "▲甲城医务人员与村民代表合影。(图/记者甲乙丙摄)"
    assert parse("甲县医共体让村民少跑路", "2024-05-06 来源:甲报", BODY, caption, BODY[::-1]).body.count("合影") == 0


BOXES = """<html><head><title>{title}</title></head><body><h1>{title}<span>原创</span></h1><div id="zoom"><p>{body}</p>
<div><a href="a.html">膝盖疼别大意,这个方子每天不到三元</a><i>广告</i></div><p>{body}</p>
<div>推荐阅读:<a href="b.html">某机场三号航站楼客流创新高</a></div><p>{body}</p>
<p>附件:<a href="c.doc">任务分工表.doc</a></p><p>{body}<a href="/">返回首页,查看更多</a></p></div></body></html>"""


def test_what_stands_in_boxes_between_the_paragraphs_is_none_of_them() -> None:
    title = "甲市医共体建设见成效"
    notice = notices.parse_page(BOXES.format(title=title, body=BODY).encode())
    assert (notice.title, notice.body) == (title, "\n".join((BODY, BODY, BODY, "附件:任务分工表.doc", BODY)))


def test_a_document_is_called_as_its_table_says_where_the_window_names_site_and_column() -> None:
    title = "甲县人民政府办公室关于印发甲县医共体建设方案的通知"
    rows = f"<tr><td>索 引 号</td><td>0061/2022-00214</td></tr><tr><td>名\u3000\u3000称</td><td>{title}</td></tr>"
    rows += "<tr><td>有 效 性</td><td>有效</td><td>关 键 词</td><td>医共体</td></tr>"
    window = "甲县人民政府-政府信息公开-县政府办公室文件"
    markup = f"<html><head><title>{window}</title></head><body><h3>政府信息公开</h3><table>{rows}</table>"
    notice = notices.parse_page(f"{markup}<div><p>{BODY}</p></div></body></html>".encode())
    assert (notice.title, notice.body) == (title, BODY)


def test_the_calls_and_labels_that_a_blog_runs_into_an_article_are_none_of_it() -> None:
    notice = parse("甲市医共体建设见成效", "2024-03-05", f"{BODY} Pages: 1 2 Tags: 医共体 Previous: 睡前泡脚好吗")
    assert notice.body == BODY
