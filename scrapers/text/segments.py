"""Which lines of a page are the article, which belong to other articles, and which are furniture.

Comes in: the lines of a page after its head (title, date line) with what the markup said of them. Goes out: one label
a line: main | related | template. Never here: finding the title, or reading facts.

Two kinds of rule: words by which pages say so (cues.yml), and the shape of a list of headlines. A cue that ends the
article counts only after the article has begun, since sites print 责任编辑 and 分享到 above it as well as below.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import yaml

from scrapers.text import dates, scan, script
from scrapers.text.fold import fold
from scrapers.text.scan import Branches

Label = Literal["main", "related", "template"]

PROSE_HAN = 25  # a line of at least so many Chinese characters with a sentence's punctuation is prose
TAIL = 15  # so many lines at most below the last sentence are judged one by one
LONGEST_COLUMN = 3  # characters of the name of a column before its title; longer ones say what it is about
LATIN_PROSE = 60  # letters of a sentence in English
LATIN = 20  # letters of a line without a Chinese character that is none of a Chinese article
KANA_WITHIN = 60  # characters of a sentence in Japanese of which some are kana
KANA = 8  # kana of a line that is in Japanese
CHART = 2  # so many lines below the last sentence that state a figure are a chart drawn in lines
INSERTED = 16  # characters of words that a spammer puts into a sentence
LONGEST_ENDING = 24  # characters of the heading of a note on rights
TEASERS = 2  # so many lines in a row at the end, cut off with …, are the beginnings of other articles
MANY_BARS = 5  # on a line: links side by side, but where several such lines hold figures they are a table
LONGEST_FURNITURE = 120  # characters of a line that its build alone shows to be of the site
LONGEST_HOLDING = 300  # characters of a line that one of their words shows to be of the site
LONGEST_NOTE = 600  # characters of a line that is a note of the site though it is long: headlines strung together
SHORTEST_STORY = 20  # characters of a sentence that may tell of what sites call for (扫一扫)
LONGEST_STREWN = 60  # characters that a forum strews in behind a line
LONGEST_MADE_BY = 100  # characters in which an editor, or the title the article had, is named behind a sentence
ABSTRACT_WITHIN = 80  # lines above the heading of an abstract, and below it up to the paper
ABSTRACT_LINES = 6  # of an abstract, its heading one of them
NOTES_ON_AUTHORS = 4  # sentences above it
CONTENTS = 3  # so many numbered headings on one line (02 … 03 … 04 …) are a table of contents
REPEATED = 3  # a line so often between others ...
REPEATED_LENGTH = 10  # ... and of so many characters, is an advertisement
LONGEST_HEADLINE = 60  # characters
HEADLINES = 3  # so many headline-like lines in a row, dated or doubled, are a list of other articles
CUES = Path(__file__).parent / "cues.yml"

_HAN = re.compile(r"[\u3400-\u9fff]+")
_MUCH_HAN = re.compile(rf"(?:[^\u3400-\u9fff]*+[\u3400-\u9fff]){{{PROSE_HAN}}}")
_CONTENTS = re.compile(r"0(?<![\d.].)\d[ 、.]?(?=[\u3400-\u9fff])")
IN_A_PAPER = (
    r"\(?《[^《》]{2,14}》\s?\(?\s?20\d\d[-.年][01]?\d[-.月][0-3]?\d日?\s{0,2}第?\s?[A-Z]?\d{1,2}\s?版\s?\){0,2}"
)
_READERS = r"20\d\d年[01]?\d月[0-3]?\d日\s{0,4}[•·|]\s{0,4}[\d.]{1,7}万?次(?:阅读|浏览|点击)"  # below a headline
_READ = re.compile(_READERS)
_DATED = re.compile(
    r"[^\s\d,、:(-].{7}.*[^\d至到—–~-]\s?[(\[]?20\d\d[-/.]\d\d[-/.]\d\d[)\]]?$"
)  # a headline and its day
_SHORT_DATE = re.compile(r"(?<![\d-])[01]\d-[0-3]\d(?![\d-])")
_OF_ABSTRACT = re.compile(r"[【\[]?(?:内容|中文)?摘\s{0,4}要(?:[】\]:]{1,2}|\s|$)")
_STOP = re.compile(r"[。;!?]")
_SIGNS = re.compile(r"[\d。;:!?%]")
_ORNAMENTS = re.compile(r"^[^\w(【\[《“]{1,8}")
_HOUR = re.compile(r"\s?[(\[][0-2]?\d:[0-5]\d[)\]]$")  # when it was put there: 某医院扩建(12:19)
_TITLE_TAIL = re.compile(r"\s?[-_—|]{1,2}\s?[【\[(]?([^-_—|【】\[\]()]{2,16})[】\])]?\s?$")
_NAME = re.compile(r"[\w·]+")
_KIND = re.compile(r"^\[[\u4e00-\u9fff]{2,4}\]\s")  # what forums file a thread under
_SUBJECTS = ("医联体", "医共体", "互认")  # before a bar these are what a title is about
_TITLE_MARK = re.compile(r"[:!丨|]")
_CUT_OFF = re.compile(r"[^。!?;”」』)\s](?:\.{3,6}|…{1,2})$")
_DATELINE_TITLE = re.compile(r"^[\u4e00-\u9fff]{2,6}社.{2,8}\d{1,2}月\d{1,2}日电\s?题[::]\s?")
_DOUBLED = re.compile(r"(?P<title>.{8,80}?)[\s,|_-]{1,3}(?P=title)")
_CATCHWORDS = re.compile(
    r"_[^_。]{2,20}(?:,[^_,。]{2,20}){1,9}$"
)  # title_word,word,word: what a site wants to be found by
_COLUMN = re.compile(r"\s?--\s?[^-]{2,14}$")  # A--column--site
_LABEL_TITLE = re.compile(r"^标\s?题\s?[::]\s?")
# What pages that are spun from others put behind a title.
_SPUN = re.compile(r"(?<=.{8})[\s,，](?:具体|到底|究竟)?(?:是|怎么)?(?:什么情况|怎么回事|详细内容是什么)呢?[?？]?$")
_SITE = re.compile(r"\s?[|_]\s?[^|_]{2,12}$")
_ENDING = re.compile(r"[^,。:]{0,12}(?:版权声明|免责声明|特别声明|版权与免责声明)\s?:?")
# What a site calls the lists below an article, who runs it, and what others wrote there.
_LISTS = tuple(re.findall("..", "相关关联相似类似其他其它更多最新热门热点推荐精彩为你为您同类往期近期今日本栏大家"))
_OTHERS = re.compile(
    rf"(?:{'|'.join(_LISTS)})(?:目|都在)?"
    r"(?:文件|文档|问答|问题|职位|回答|信息|资料|视频|图片|图集|专题|帖子|主题|词条|评论|话题|热词|搜索|搜|看|阅读|推荐|新闻|文章|链接|资讯|发布会|报道|稿件|内容|博文|招标|范文|论文|下载|排行)"
    r"(?:\s?\(\d{1,6}\))?[:>. ]{0,3}"
    r"|[\[【].{4,60}[\]】]相关(?:文章|阅读|推荐).{0,4}|[\u4e00-\u9fff]{4,20}(?:主办|主管)\s{1,4}[\u4e00-\u9fff]{4,20}(?:承办|主办|维护).{0,20}"
    r"|\d{1,5} comments?"
    r"|[^。]{0,30}发表于:?\s?20\d\d-\d{1,2}-\d{1,2}(?:\s\d{1,2}:\d\d(?::\d\d)?)?[^。]{0,16}"
)
_NOTICE_OF_RIGHTS = re.compile(
    r"[【\[(]?(?:版权提示|版权声明|免责声明)[】\])]?"
    r"|凡.{2,40}(?:稿件|作品|文章|文字).{0,40}(?:版权|转载)"  # 凡注明“来源:某某网”的作品,版权…
)
_END_MARKS = frozenset({"END", "End", "THE END", "The End"})
_BEFORE_RIGHTS = ("凡", "版", "免", "【", "[", "(")  # how one begins
_RESIDUE = re.compile(
    r".{0,12}\[!--.{0,60}|[•\d.\s]{0,8}(?:<[^<>]{1,300}>\s*)+|.{0,40}\b(?:src|href|onerror|nerror)\s?=\s?[\"'].*"
)
_WELCOMES = re.compile(  # a banner, or how long ago something was put there
    r"[^。]{2,24}\s?欢迎(?:您|你|光临|访问)[^。]{0,12}"
    r"|(?=.*(?:阅读|浏览|发布|更新|评论))[^。,;]{0,16}\d{1,2}\s?(?:天|小时|分钟|个月)前[^。,;]{0,40}"
)
_FIELDS = re.compile(r'\{"\w{1,20}"\s?:.*\}')  # of an article, as a script hands them on
# What may stand below the last sentence of an article: signatures, dates, enclosures, notes in brackets, rows, places.
_TAIL_KEPT = re.compile(
    r"附件|附表|附:|抄送|联系|此件|记者|通讯员|作者|来源|供稿|摄|\d年|年\d|[\t|]|^[(\[【].*|^\d{1,2}[.、)]|^[一二三四五六七八九十]{1,3}、"
    r"|[省市县区旗州镇乡村院室局厅委会部司处办站所校团]\)?$|[:。;!?”….]$|。\(完\)$|\d\s*%"
)
_MENU_ROW = re.compile(r"(?:[\u4e00-\u9fff]{2,8}\s?\|\s?){2,9}[\u4e00-\u9fff]{2,8}")
_BULLETED = re.compile(r"[-*]?\s?[·•●■◆▪]\s?(?!.*[。:;])")  # a headline in a list of them
_ENDS_A_DOCUMENT = re.compile(r"附件|附表|附:|抄送|此件|^\d{1,2}[.、)]|年\d{1,2}月|^[((].{1,30}[))]$|[\t|]")
_BARE = "|,:()[]【】<>· \t\u3000"  # around the words of a button
_OPENS = "[【( "
_NUMBER = re.compile(r"^\d{1,2}\.\s?(?=\D)")
_BETWEEN_BUTTONS = re.compile(r"[\s|:()\[\]【】]+")
_MORE = r"[【\[(](?:查看|阅读|点击)?(?:详情|详细|全文|更多|原文)[】\])]"  # a button at the end of an excerpt
_BY = r"\([^()。]{2,24}摄\)"  # who made a picture
_OF_THE_SITE = (
    r"[\s\d,.:()()|/\[\]·\-—_+<>]*"  # figures alone
    r"|(?:您?(?:现在|当前)?(?:的|所在)?位置|您的位置|当前位置)\s?:.*"
    r"|[(【\[]?\s?(?:原标题|原題|原题)\s?:.{0,120}"
    r"|(?:看[^,。]{1,8},)?(?:关注|订阅|加入|下载)[^,。;]{1,14}(?:网|微信|微博|客户端|公众号|频道|号)"
    r"|\(?(?:资料图片?|图片来源|图源|制图|绘图|配图|摄影|图片?|文字?|排版|美编)\s?[/:丨|。].{0,24}"  # who made it
    r"|(?:制图|绘图)\s.{2,8}"
    r"|(?:图为|题图[为:])[^。;]{2,60}|听新闻\s?[\d:/ ]{3,20}|\((?:收稿|修回|接受|录用)日期\s?:[^。]{4,60}\)"
    r"|\d{1,2}\.\s?[^。,]{0,24}(?:棋牌|影院|电视剧|高清(?:完整|无码|大全)|在线观看|娱乐城|彩票[网平])"
    r"[^。,]{0,16}"  # what spammers link to
    r"|[\U0001f100-\U0001faff][^。,;:]{1,20}[\U0001f100-\U0001faff]"
    r"|(?:Facebook|WhatsApp|Whatsapp|Twitter|LINE|Line|Telegram|WeChat|Weibo|Threads|Messenger){1,8}(?:\s?[复複][制製][链连鏈連][接结結])?"
    r"|</?[a-z][a-z1-6]{0,7}>|/[a-z]{1,8}>"  # a tag that stayed
    r"|(?:本[刊报])?(?:记者|文|图|供图|摄影)_.{1,30}"
    r"|(?:图文|视频)\s?[/:丨|。][^“”]{0,14}"
    r"|(?:本篇文章|本文|全文)共?约?\d{1,6}字.{0,20}|(?:文章)?字数\s?:\s?\d{1,6}"  # how long it is to read
    r"(?:\s预计阅读.{1,8})?|被浏览\s?[\d,]{1,12}|顶一下.{2,40}踩一下.{0,20}|设计\s?:\s?.{2,10}"
    r"|(?:读毕|阅读)(?:需时|约需|时长)\s?:?\s?\d{1,3}\s?分钟|图片默认标题\w{0,24}"
    r"|\(?(?:(?:[一二三初复终]审|校对)\s?[:|丨/]\s?\S{2,8}\s{0,3}){2,4}\)?"  # who answers for it
    rf"|(?:相关)?附件(?:下载)?:\s?无?|(?:楼主|沙发|板凳)\s?[:\s].{{1,30}}|本(?:主题|帖)(?:最后)?由.{{2,60}}"
    r"|(?:返回列表|发新帖|发帖|新帖)(?:\s(?:返回列表|发新帖|发帖|回复))*"
    r"|(?:查看|浏览|回复|阅读)\s?:\s?\d{1,9}次?(?:[\s|]{1,3}(?:查看|回复|评论)\s?:\s?\d{1,9})*"
    rf"|{IN_A_PAPER}|{_READERS}"
    r"|\{[a-z]{1,12}=\d{1,6}\}"  # the place of a picture
    r"|(?:\[\d{1,2}\]\s?){2,20}(?:下一页|尾页|末页)?|\d{1,6}篇原创内容"
    r"|(?:[!-~]{1,3}(?:\s{1,3}|$)){4,}"  # what forums strew in against copies
    r"|\((?!记者|通讯员)[\u4e00-\u9fff]{1,3}(?:[\s、]{1,2}[\u4e00-\u9fff]{1,3}){1,5}\)"  # who wrote it
    r"|(?:网站)?首页(?:\s?\|[^。]{1,80}|(?:\s{1,3}[\u4e00-\u9fff]{2,6}){2,12})"  # the menu
    r"|由\s?\S{2,12}\s?发表"
    r"|[【\[(](?:广告|推广)[】\])].{0,100}|共\s?\d{1,6}\s?(?:条记录|条|页)[\s,|/第\d页首尾上下一末]{0,30}"
    rf"|{_MORE}|[\u4e00-\u9fff]{{2,8}}公众号(?:\s.{{2,12}})?"
    r"|(?:添加|联系|咨询)[\u4e00-\u9fff]{0,4}(?:客服|微信)[\u4e00-\u9fff]{0,4}|升级会员|(?:以上|本文)?图片均?(?:为|由).{2,20}摄"
    r"|«\s?.{4,60}|发表于\s?[\u4e00-\u9fff]{2,4}|上传人\s?:.{1,120}|收录于(?:合集|话题|专辑).{0,40}"
    r"|(?:热度|人气)\s?:\s?\d{1,9}|(?:!\[[^\[\]]{0,60}\]\([^()]{0,300}\)\s?){1,9}"  # a picture, as texts keep it
    r"|[01]?\d月[0-3]?\d日\s{0,3}(?:星期|周)[一二三四五六日天].{0,10}"  # today, by the clock of the site
    r"|(?:广告|推广|ADVERTISEMENT|Advertisement)(?:\s(?:广告|推广|ADVERTISEMENT|Advertisement))*"
    r"|(?:更新|发布|发表)于\s?\d[^。,]{3,40}|第\d{1,3}页\s?/\s?共\d{1,3}页"
    r"|(?:浏览|阅读)\s?[\d.]{1,6}[万W]|\d{1,5}个回答|高粉答主.{0,20}|#热议#.{0,40}"
    r"|\(共印\d{1,5}份\)|\(此件(?:主动|依申请)?公开(?:发布)?\)|Share this\b.{0,100}"
    r"|(?:关注|關注).{2,8}|(?:温馨|版权|友情|小编)提示:?"
    r"|[(【\[]?(?:文章|信息|稿件|本文|图文|资料|视频|图片)?(?:来源|来自|转自|稿源|供稿|撰稿|撰文|作者|编译|翻译|发布人|录入[者人]?)\s?[:|丨/].{1,24}"
    r"|[A-Za-z][A-Za-z0-9_-]{0,12}\d{8,}[A-Za-z0-9_-]*"  # the name of a file
    r"|(?:发布|更新|发表)?(?:时间|日期)\s?:\s?20\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:\s\d{1,2}:\d\d(?::\d\d)?)?(?:\s?\|.{0,80})?"
    r"|(?:字体大小|字体|字号|分享)\s?:(?:\s?(?:放大|还原|缩小|[大中小])){0,3}"
    r"|\d?\s{0,3}上一[篇页条版]\s{0,20}\d?\s{0,3}下一[篇页条版](?:\s{1,3}\d?\s{0,3}(?:放大|缩小|默认)){0,3}|A\+\s{0,2}A-"
    r"|(?:将|把)?(?:本文|文章|此文)?分享[到至给]\s?:?"
    r"|(?:[【\[(]?\s?(?:我要打印|打印|关闭|收藏|返回列表|返回|分享|字号|大|中|小|复制|评论|纠错|推荐|顶部|本页|窗口|点赞|赞|有用|喜欢|在看|转发)"
    r"(?:\s?[+:]?\s?\d{1,7})?+\s?+[】\])]?[\s|/·]{0,3}+){1,12}+\d{0,7}"
)
# The same, known by what stands in the middle or at the end, and the characters without which there is none.
_SIGN = re.compile(
    r"[./摄版编审校监手登注图页>›»](?:(?<![./手登注图页])|(?<=[料供]图)|(?<=\d页)|(?<=\.)[A-Za-z]|(?<=/)/|(?<=手)机|(?<=[登注])[录入册])"
)
_WITH_SIGN = re.compile(
    r"\S{0,80}\.(?:jpe?g|png|gif|bmp|webp|mp4|swf)"  # the name of a picture
    r"|[^。;]{2,40}\s?>{2,3}"
    r"|.{2,80}[。 ](?:通讯员|记者)?\s?[^\s。]{0,8}\s?供图"
    r"|[^。;]{1,60}(?:\(资料图片?\)|_第(?:[2-9]|\d{2,3})页)"
    r"|[\w\-. ]{1,80}\.(?:jpe?g|png|gif|bmp|webp|mp4|pdf|docx?|xlsx?)(?:_第\d{1,3}页)?"
    r"|.{0,8}(?:登录|登入|注册)|.{0,6}手机.{0,4}(?:扫一扫|扫描?二维码|查看|观看|阅读).{0,8}"
    rf"|.{{0,24}}[ 。/]摄\)?(?:pagebreak)?|{_BY}|.{{2,16}}(?:移动版|手机版|电脑版|触屏版)"
    r"|[^。]{0,40}(?:责任编辑|责编|编辑|审核|校对|监制|初审|复审|终审|编审)\s?[:|丨/].{0,30}"
    r"|[^。]{0,100}https?://[^。]{0,110}"
    r"|[^。]{0,16}(?<![\w@.])(?:www\.)?[a-z0-9-]{2,30}\.(?:com|cn|net|org|cc|top|vip)(?![\w@])[^。]{0,12}"
    r"|[^。>›»]{1,20}(?:\s?[>›»]{1,2}\s?[^。>›»]{1,30}){1,8}[>›»]?",  # the trail to a page
    re.I,
)
# 栏目:医保 阅读:1,907 评论:0
_COUNTED = re.compile(
    r"(?:附件[^。]{2,60})?(?:[^\s。:]{1,12}(?:\s?:\s?[^\s。]{1,16})?\s{1,4}){0,4}"
    r"(?:(?:词条)?(?:阅读|浏览|查看|评论|下载|点击|访问|人气|热度)(?:次数|量|数)?\s?:\s?[\d,.]{1,9}[万W]?次?\)?\s{0,4}){1,4}(?:标签:.{2,60})?"
)
_COUNTS = re.compile(
    r"[阅浏查评下点访人热](?:读|览|看|论|载|击|问|气|度)[次量数]{0,2}\s?:\s?\d"
)  # what that can't do without
_LABELS = re.compile(r"(?:[\u4e00-\u9fff]{2,4}\s?:\s?){2,6}")  # without a value
_EDITOR = r"(?:责任编辑|责编|编辑|审核|責任編輯)\s?:\s?[^\s。,]{1,16}?"
_OF_MAKERS = re.compile("编辑|责编|审核|編輯|原标题")  # what the next can't do without
_MADE_BY = re.compile(
    rf"\s{{0,3}}(?:[(【\[]\s?(?:原标题\s?:[^()【】\[\]]{{4,60}}|{_EDITOR})\s?[)】\]][\s|]{{0,4}}){{1,2}}$|(?<=[。!?”\")】])\s{{0,3}}{_EDITOR}$"
)
_STREWN = re.compile(  # 试点名单的通知( _8 M1 x* {3 N# y1 D9 w
    r"(?<=[\u3400-\u9fff。;:!?,、)”])\s?(?=[^\u3400-\u9fff]*[*#&{}~`^_\\<>][^\u3400-\u9fff]*$)(?:[!-~]{1,3}\s{1,3}){3,}[!-~]{1,3}$"
)
_PICTURED = re.compile(
    rf"(?<=[。!?”])\s{{0,3}}(?:\(?[\u4e00-\u9fff]{{1,3}}\s?[\u4e00-\u9fff]{{1,2}}\s?摄\)?|{_BY})$"
)  # 。郑磊摄
_SHARE_BEHIND = re.compile(rf"(?<=\S)\s?(?:分享[到至]\s?:?|返回[\u4e00-\u9fff]{{2,4}},查看更多|{_MORE})$")
_SHARE_ENDS = ("查看更多", "】", "]", ")")
# When it was put there, how often it was read, and catchwords before.
STAMP = r"(?:[^\s。,]{2,12}\s){0,8}20\d\d-\d\d-\d\d\s[0-2]?\d:\d\d(?::\d\d)?(?:\s\d{1,7})?"
_STAMP_BEHIND = re.compile(rf"(?<=[。!?”)])\s{{0,3}}{STAMP}$")
_TAG_BEHIND = re.compile(r"\S(?P<tag></?[a-z][a-z1-6]{0,7}>|/(?:p|span|div|strong|td|li)>)$")  # damage takes the <, too
_ADDRESS_BEHIND = re.compile(r"(?<=[。!?”])\s{0,3}[^。!?]{0,30}https?://[!-~]{4,200}[\s|]*$")
_STATED = re.compile(  # the second: a row of a table
    r"\d\s?(?:%|[万亿]|[个家名人例张所项台])|[\u4e00-\u9fff)](?:\s{1,12}\d{1,3}(?:,?\d){0,9}(?:\.\d{1,4})?%?){2,30}$"
)
_HEAD_NOTE = re.compile(  # what stands above an article: where its authors work, what it is filed under
    r"\d{0,2}\.?\s?[^。]{4,60},\s?\d{6}[;。]?$|\(1?\.?[^()。]{4,200}\s\d{6}\)$"
    r"|[\u4e00-\u9fff](?:\s?[\u4e00-\u9fff]){1,2}(?:\s{1,2}[\u4e00-\u9fff](?:\s?[\u4e00-\u9fff]){1,2}){1,8}$"  # authors
    r"|(?=[\u4e00-\u9fff]{2,3}[,、])(?!.*[省州盟市县区旗镇乡村院部](?:[,、]|$))[\u4e00-\u9fff]{2,3}(?:[,、][\u4e00-\u9fff]{2,3}){1,9}$"
    r"|(?:关键词|关键字|标签|中图分类号|文献标识码|通讯作者|通信作者|基金项目|索引号|索\s引\s号|体裁分类|主题分类|发文机关|发布机构)\s?:|[\u4e00-\u9fff]{2,14}\s?20\d\d年第?\d{1,2}期$"
    r"|[\u4e00-\u9fff]{4}(?:\s[\u4e00-\u9fff]{4}){1,3}$"  # the slogans of a site
)
_KANA = re.compile(r"[\u3041-\u30ff]")
_LATIN = re.compile(r"[A-Za-z]")
_LATIN_STOPS = (".", "!", "?", ":", '"', "”", ")")


@dataclass(slots=True)
class Line:
    """One line of a page, trimmed. text == page[start:end], folded is fold(text); link_share: how much is links."""

    start: int
    end: int
    text: str
    folded: str
    link_share: float = 0.0
    tag: str = ""
    cell: bool = False  # it is a cell or a row of a table
    # What is_furniture, is_prose, heads.is_head and heads.day said: they are asked several times.
    furniture: bool | None = None
    prose: bool | None = None
    head: bool | None = None
    day: tuple[str, str | None] | Literal[False] | None = False


@dataclass(frozen=True, slots=True)
class Cues:
    related_begins: tuple[str, ...]
    article_ends: tuple[str, ...]
    furniture_holds: tuple[str, ...]
    notes_hold: tuple[str, ...]
    foot_begins: tuple[str, ...]
    furniture_lines: tuple[str, ...]
    title_prefixes: tuple[str, ...]
    title_suffixes: tuple[str, ...]
    outlets: tuple[str, ...]
    sites: tuple[str, ...]
    content_elements: tuple[str, ...]
    title_meta: tuple[str, ...]
    date_meta: tuple[str, ...]
    source_meta: tuple[str, ...]


@functools.cache
def cues() -> Cues:
    """The words of cues.yml. Raises ValueError where an entry is no word, as 抄送: without quotes."""
    words = yaml.safe_load(CUES.read_text(encoding="utf-8"))
    for name, listed in words.items():
        if odd := [word for word in listed if not isinstance(word, str)]:
            raise ValueError(f"{CUES.name}: {name}: {odd[0]!r} is no word (put figures and signs in quotes)")
    return Cues(**{key: tuple(value) for key, value in words.items()})


class _Furniture(NamedTuple):
    """How a line shows that it belongs to the site."""

    holds: re.Pattern[str]
    notes: re.Pattern[str]
    lines: frozenset[str]
    whole: Branches


@functools.cache
def _furniture() -> _Furniture:
    words = cues()
    holds, notes = map(scan.alternation, (words.furniture_holds, words.notes_hold))
    foot = rf"(?:{'|'.join(words.foot_begins)})\s?(?:\([^()]{{1,10}}\))?\s?:[^。]*"
    whole = Branches(rf"{_OF_THE_SITE}|{foot}")
    whole_lines = frozenset(line.strip(_BARE) for line in words.furniture_lines)
    return _Furniture(re.compile(holds), re.compile(notes), whole_lines, whole)


def label(lines: Sequence[Line]) -> list[Label]:
    """One label a line, for the lines that follow the page's head."""
    labels: list[Label] = []
    begun = False
    current: Label = "main"
    begin = abstract(lines)
    # From here on a page that has not begun has no sentence that it could begin with.
    below_all = max(HEADLINES, next((index for index in reversed(range(len(lines))) if is_prose(lines[index])), -1))
    for index, line in enumerate(lines):
        if index < begin:
            labels.append("template")
        elif current == "main" and _is_end(line) and (begun or index >= below_all):
            current = "main" if _is_behind_abstract(lines, index) else "related"
            labels.append("template")
        elif is_furniture(line) or (not begun and _HEAD_NOTE.match(line.folded)):
            labels.append("template")
        else:
            labels.append(current)
            begun = begun or (current == "main" and (is_prose(line) or is_latin_prose(line)))
    cells = [(index, labels[index]) for index, line in enumerate(lines) if line.cell]
    is_text = not any(line.tag for line in lines)
    prose = (index for index in reversed(range(len(lines))) if labels[index] == "main" and is_prose(lines[index]))
    if (last := next(prose, None)) is not None:
        _drop_tail(lines, labels, last)
        if is_text:
            _drop_strays(lines, labels, last)
    elif is_text:
        _drop_latin_tail(lines, labels)
    _drop_inserted(lines, labels)
    if is_text:
        _drop_repeated(lines, labels)
    _drop_headlines(lines, labels)
    _drop_teasers(lines, labels)
    for index, was in cells:
        labels[index] = was
    return labels


def abstract(lines: Sequence[Line]) -> int:
    """Where the abstract of a paper begins, 0 without one: some journals print authors and references above it."""
    for index, line in enumerate(lines[:ABSTRACT_WITHIN]):
        if line.text[0] in "摘【[" and (heading := _OF_ABSTRACT.match(line.folded)):
            above = sum(map(is_prose, lines[:index]))
            begin = index if len(line.text) - heading.end() >= PROSE_HAN else index + 1
            return begin if above <= NOTES_ON_AUTHORS and any(map(is_prose, lines[index:])) else 0
    return 0


def _is_behind_abstract(lines: Sequence[Line], index: int) -> bool:
    """Catchwords end an article, but not the abstract of one."""
    if not lines[index].folded.startswith("关键词"):
        return False
    above = lines[max(0, index - ABSTRACT_LINES) : index]
    below = lines[index + 1 : index + 1 + ABSTRACT_WITHIN]
    return any(_OF_ABSTRACT.match(line.folded) for line in above) and any(map(is_prose, below))


def _drop_tail(lines: Sequence[Line], labels: list[Label], last: int) -> None:
    """Behind the last sentence, everything from a headline with a short date (01-04) on is other articles'; so are
    headlines below a button of the site, though they ask or call."""
    tail = range(last + 1, len(lines))
    begin = next((i for i in tail if "-" in lines[i].folded and _SHORT_DATE.search(lines[i].folded)), len(lines))
    stop = next((i for i in reversed(range(last + 1)) if "。" in lines[i].text), last)
    button = next((i for i in range(stop + 1, len(lines)) if _is_button(lines[i])), len(lines))
    if len(lines) - button > HEADLINES and not any(_is_of_a_document(line) for line in lines[button:]):
        begin = min(begin, button)
    foot = next((i for i in range(stop + 1, len(lines)) if labels[i] == "template" and _is_foot(lines[i])), len(lines))
    if not any(_is_of_a_document(line) for line in lines[foot + 1 :]):
        begin = min(begin, foot)
    for index in range(begin, len(lines)):
        if labels[index] == "main":
            labels[index] = "related"


def _drop_inserted(lines: Sequence[Line], labels: list[Label]) -> None:
    """Words that a spammer has put into a sentence, which goes on with a comma on the line below."""
    for index in range(1, len(lines) - 1):
        goes_on = lines[index + 1].folded.startswith(",") and not lines[index].folded.startswith(",")
        if goes_on and len(lines[index].text) <= INSERTED:
            labels[index] = "template"


def _is_button(line: Line) -> bool:
    return line.folded.strip(_BARE) in _furniture().lines


def _is_foot(line: Line) -> bool:
    """Who runs the site, and where."""
    text = line.folded
    return text.startswith(cues().foot_begins) or "地址:" in text[:24] or "ICP" in text or "版权所有" in text


def _is_of_a_document(line: Line) -> bool:
    """What stands at the end of documents, and no headline of another article."""
    return len(line.text) > LONGEST_HEADLINE or _ENDS_A_DOCUMENT.search(line.folded) is not None


def _drop_repeated(lines: Sequence[Line], labels: list[Label]) -> None:
    """Of a text: a headline that stands again and again between the sentences is none of them."""
    long_ones = [line.text for line in lines if len(line.text) >= REPEATED_LENGTH]
    if len(long_ones) - len(set(long_ones)) < REPEATED - 1:
        return
    times = Counter(long_ones)
    for index, line in enumerate(lines):
        if times[line.text] >= REPEATED and not is_prose(line) and not _SIGNS.search(line.folded.replace(":", "")):
            labels[index] = "template"


def _is_end(line: Line) -> bool:
    text = line.folded
    if not text[0].isalnum():
        text = _ORNAMENTS.sub("", text)
        bare = text.lstrip(_OPENS)
        if bare.startswith(_ends().get(bare[:1], ())):
            return True
    if text.startswith(_BEFORE_RIGHTS) and _NOTICE_OF_RIGHTS.match(text):
        return True
    if text.startswith(_ends().get(text[:1], ())):
        return True
    if len(text) > LONGEST_HEADLINE:
        return False
    if len(text) <= LONGEST_ENDING:
        if text in _END_MARKS:
            return True
        if "声明" in text:
            return _ENDING.fullmatch(text) is not None
    may_be_others = (
        text.startswith(_LISTS)
        or "comment" in text
        or "主办" in text
        or "主管" in text
        or "发表于" in text
        or "]相关" in text
    )
    return may_be_others and _OTHERS.fullmatch(text) is not None


@functools.cache
def _ends() -> dict[str, tuple[str, ...]]:
    """The words that end an article, by the character they begin with."""
    words = sorted({*cues().related_begins, *cues().article_ends})
    return {first: tuple(of_it) for first, of_it in itertools.groupby(words, key=lambda word: word[0])}


def _drop_strays(lines: Sequence[Line], labels: list[Label], last: int) -> None:
    """Of a text: lines in another language, and what stands below the last sentence and is no part of the article."""
    for index, line in enumerate(lines):
        if labels[index] == "main" and is_foreign(line):
            labels[index] = "template"
    tail = [index for index in range(last + 1, len(lines)) if labels[index] == "main"]
    if len(tail) > TAIL or sum(_STATED.search(lines[index].folded) is not None for index in tail) >= CHART:
        return
    for index in tail:
        is_kept = _TAIL_KEPT.search(lines[index].folded) and not _BULLETED.match(lines[index].folded)
        if not is_kept or _is_menu(lines, index):
            labels[index] = "related"


def _is_menu(lines: Sequence[Line], index: int) -> bool:
    """Words with bars between them and no figure, on one line: with another such line beside it they are a table."""
    beside = lines[max(0, index - 1) : index + 2 : 2] if index else lines[1:2]
    is_row = "|" in lines[index].text and _MENU_ROW.fullmatch(lines[index].folded) is not None
    return is_row and not any("|" in line.text for line in beside)


def _drop_latin_tail(lines: Sequence[Line], labels: list[Label]) -> None:
    """Of a text in English: what stands below the last sentence and is none."""
    last = next((index for index in reversed(range(len(lines))) if is_latin_prose(lines[index])), len(lines))
    for index in range(last + 1, len(lines)):
        if labels[index] == "main" and not lines[index].text.endswith(_LATIN_STOPS):
            labels[index] = "related"


def parted(line: Line) -> list[Line]:
    """A sentence, and what stands behind it on the same line."""
    at = _end_of_sentence(line.folded)
    return [cut(line, 0, at), cut(line, at, len(line.text))] if at else [line]


def _end_of_sentence(text: str) -> int | None:
    """Where on its line an address of the web, a tag, what a forum strewed in, a button, the editor's name or the
    article's first title begins."""
    if text.endswith("。"):
        return None
    tail = len(text) - LONGEST_MADE_BY if len(text) > LONGEST_MADE_BY else 0
    if "://" in text and (address := _ADDRESS_BEHIND.search(text)):
        return address.start()
    if text.endswith(">") and (tag := _TAG_BEHIND.search(text)):
        return tag.start("tag")
    if " " in text[-4:] and (strewn := _STREWN.search(text, max(0, len(text) - LONGEST_STREWN))):
        return strewn.start()
    if ("分享" in text[-6:] or text.endswith(_SHARE_ENDS)) and (share := _SHARE_BEHIND.search(text, tail)):
        return share.start()
    if text[-1].isdecimal() and (stamp := _STAMP_BEHIND.search(text, tail)):
        return stamp.start()
    if text.endswith(("摄", "摄)")) and (pictured := _PICTURED.search(text)):
        return pictured.start()
    if text.rfind(":", tail) < 0 or not _OF_MAKERS.search(text, tail):
        return None
    made_by = _MADE_BY.search(text, tail)
    return made_by.start() if made_by else None


def cut(line: Line, begin: int, end: int) -> Line:
    """The part text[begin:end], trimmed."""
    part = line.text[begin:end]
    begin += len(part) - len(part.lstrip())
    end -= len(part) - len(part.rstrip())
    return Line(
        line.start + begin, line.start + end, line.text[begin:end], line.folded[begin:end], line.link_share, line.tag
    )


def is_prose(line: Line) -> bool:
    """A sentence of an article: long enough, punctuated, not a link."""
    if line.prose is None:
        is_long = len(line.text) >= PROSE_HAN and _STOP.search(line.folded) is not None
        line.prose = is_long and _MUCH_HAN.match(line.text, 0, 200) is not None
    return line.prose and line.link_share < 0.5


def is_furniture(line: Line) -> bool:
    """A line that belongs to the site, not to any article."""
    if line.furniture is None:
        line.furniture = _is_furniture(line.folded)
    return line.furniture


def _is_furniture(text: str) -> bool:
    if ("=" in text or "<" in text or "[!--" in text) and _RESIDUE.fullmatch(text) and script.han(text) < 10:
        return True
    if text.startswith('{"') and _FIELDS.fullmatch(text):
        return True
    furniture = _furniture()
    if len(text) < LONGEST_HOLDING and furniture.holds.search(text):
        return True
    stops = "。" in text
    may_be_note = len(text) < (SHORTEST_STORY if stops else LONGEST_NOTE)
    if may_be_note and (furniture.notes.search(text) or _is_contents(text)):
        return True
    if not stops and text.count("|") >= MANY_BARS:
        return True
    if len(text) > LONGEST_FURNITURE:
        return False
    bare = text.strip(_BARE)
    if bare[:1].isdecimal():
        bare = _NUMBER.sub("", bare)  # 1. 更多
    return (
        not bare
        or bare in furniture.lines
        or (" " in bare and all(map(furniture.lines.__contains__, _BETWEEN_BUTTONS.split(bare))))
        or furniture.whole.fullmatch(text)
        or (text.count(":") > 1 and _LABELS.fullmatch(text) is not None)
        or (":" in text and _COUNTS.search(text) is not None and _COUNTED.fullmatch(text) is not None)
        or (_SIGN.search(text) is not None and _WITH_SIGN.fullmatch(text) is not None)
        or (("欢迎" in text or "前" in text) and _WELCOMES.fullmatch(text) is not None)
        or ("年" not in text and dates.is_date_line(text))  # 2024年4月30日 is a signature
    )


def is_foreign(line: Line) -> bool:
    """A sentence in Latin letters or in kana: what sites tell readers of other languages."""
    return is_in_kana(line) or is_in_latin(line)


def is_in_latin(line: Line) -> bool:
    return len(line.text) >= LATIN and not _HAN.search(line.text) and len(_LATIN.findall(line.text)) >= LATIN


def is_latin_prose(line: Line) -> bool:
    """A sentence of an article in English."""
    return len(line.text) >= LATIN_PROSE and line.text.endswith((".", ".”", '."')) and is_in_latin(line)


def is_in_kana(line: Line) -> bool:
    return _KANA.search(line.text, 0, KANA_WITHIN) is not None and len(_KANA.findall(line.text)) >= KANA


def _is_contents(text: str) -> bool:
    """02 … 03 … 04 …"""
    return "0" in text and len(_CONTENTS.findall(text)) >= CONTENTS


def _drop_headlines(lines: Sequence[Line], labels: list[Label]) -> None:
    """A run of headlines becomes `related`: links, dated lines or doubled ones, without a sentence among them."""
    begin = 0
    while begin < len(lines):
        end = begin
        while end < len(lines) and _headline_like(lines[end], labels[end]):
            end += 1
        if end - begin >= HEADLINES and _is_list(lines[begin:end]):
            for index in range(begin, end):
                if labels[index] == "main":
                    labels[index] = "related"
        begin = end + 1


def _drop_teasers(lines: Sequence[Line], labels: list[Label]) -> None:
    """The last lines become `related` if each is cut off in the middle of a sentence."""
    teasers = []
    for index in range(len(lines) - 1, -1, -1):
        if labels[index] == "template":
            continue
        if not lines[index].folded.endswith(("...", "…")) or not _CUT_OFF.search(lines[index].folded):
            break
        teasers.append(index)
    if len(teasers) >= TEASERS:
        for index in teasers:
            labels[index] = "related"


def _headline_like(line: Line, label: Label) -> bool:
    return label == "template" or (len(line.text) <= 60 and "。" not in line.text and ";" not in line.folded)


def _is_list(lines: Sequence[Line]) -> bool:
    """Whether the run looks like other articles: its entries dated or doubled, or all of them links."""
    entries = [line for line in lines if not is_furniture(line)]
    if len(entries) < HEADLINES:
        return False
    doubled = len(entries) - len({line.text for line in entries})
    linked = sum(line.link_share > 0.8 for line in entries)
    dated = sum(_DATED.match(line.folded) is not None for line in entries)
    if dated >= max(HEADLINES, 0.7 * len(entries)):
        return True
    if doubled >= HEADLINES or linked >= max(HEADLINES, 0.7 * len(entries)):
        return True
    return (
        sum(dates.is_date_line(line.folded) or _READ.fullmatch(line.folded) is not None for line in lines) >= HEADLINES
    )


def trim_title(title: str) -> str:
    """A title without the headings and section names that repost sites put around it."""
    if doubled := _DOUBLED.fullmatch(fold(title)):
        title = title[: doubled.end("title")]
    if hour := _HOUR.search(fold(title)):
        title = title[: hour.start()]
    if (spam := _CATCHWORDS.search(fold(title))) and script.han(title, 0, spam.start()) >= 8:
        title = title[: spam.start()]
    while (column := _COLUMN.search(title)) and script.han(title, 0, column.start()) >= 8:
        title = title[: column.start()]
    cut = len(title)
    while (tail := _TITLE_TAIL.search(fold(title[:cut]))) and (
        tail[1] in cues().title_suffixes or tail[1].endswith((*cues().outlets, *cues().sites))
    ):
        cut = tail.start()  # column, then site
    if cut < len(title):
        title = title[:cut]
    elif (site := _SITE.search(title)) and script.han(title, 0, site.start()) >= 12:
        title = title[: site.start()]
    title = _SPUN.sub("", title)
    title = _KIND.sub("", _LABEL_TITLE.sub("", _DATELINE_TITLE.sub("", title)))
    mark = _TITLE_MARK.search(fold(title))
    if mark is None or not _is_column(fold(title[: mark.start()]).strip(" 【】[]"), mark[0], title[mark.end() :]):
        return title.strip()
    return title[mark.end() :].strip() or title.strip()


def _is_column(name: str, mark: str, rest: str) -> bool:
    """What a title has before its first sign: a word of sites, or right before a bar what the column is called."""
    if name in cues().title_prefixes:
        return True
    if name in _SUBJECTS:
        return False
    is_close = mark in "丨|" and not rest.startswith(" ")
    is_name = _NAME.fullmatch(name) is not None and (len(name) <= LONGEST_COLUMN or "·" in name)
    return is_close and is_name and script.han(rest, 0, 60) >= 10
