"""Chinese text: bytes to characters, repair, segments, numbers, dates, document numbers, places.

`clean.clean` is the one way from a page's characters to the text that all else reads, with the way back and a log
of each change; `clean.repair` is the same for a text of any length, without the way back. The order of its steps:

    line ends, invisible characters, spaces, NFC    clean.py
    one lost byte of GBK                            gbk_shift.py, gbk_shift.csv, gbk_heads.csv
    pinyin annotations                              annotations.py
    residue at the ends of table cells              cells.py
    traditional → simplified                        script.py, variants.csv, protected_names.csv
"""
