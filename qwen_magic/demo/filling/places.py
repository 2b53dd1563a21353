"""Places in a text: streets, postcodes, cities, countries."""

from __future__ import annotations

from qwen_magic.demo.reading.numerals import LETTER

__all__ = ["CHINESE_CITIES", "CITY", "COUNTRY", "NAMED", "PLACES", "STREET", "WHERE", "ZIP"]

CHINESE_CITIES = (
    "北京|上海|广州|廣州|深圳|杭州|成都|重庆|重慶|天津|苏州|蘇州|南京|武汉|武漢|西安|长沙|長沙|郑州|青岛|厦门|廈門|昆明|大连"
    "|哈尔滨|拉萨|香港|澳门|澳門|台北|臺北|台中|臺中|高雄|东京|東京|首尔|首爾|新加坡|巴黎|伦敦|倫敦|纽约|紐約|罗马|羅馬|柏林"
    "|莫斯科|悉尼|奥斯陆"
)
_CITIES = """
Amsterdam|Athens|Bangkok|Barcelona|Beijing|Berlin|Boston|Brussels|Budapest|Cairo|Chicago|Copenhagen|Dublin|Geneva
|Hamburg|Helsinki|Hong Kong|Istanbul|Kyoto|Lisbon|London|Los Angeles|Madrid|Melbourne|Milan|Moscow|Mumbai|Munich
|Nairobi|New York|Osaka|Oslo|Paris|Porto|Prague|Rome|San Francisco|Seattle|Seoul|Shanghai|Shenzhen|Singapore
|Stockholm|Sydney|Tokyo|Toronto|Vancouver|Vienna|Warsaw|Washington|Zurich
""".replace("\n", "")
_COUNTRIES = """
Argentina|Australia|Austria|Belgium|Brazil|Canada|China|Denmark|Egypt|England|Finland|France|Germany|Greece|India
|Indonesia|Ireland|Israel|Italy|Japan|Kenya|Korea|Mexico|Netherlands|New Zealand|Nigeria|Norway|Poland|Portugal
|Russia|Scotland|Singapore|South Africa|South Korea|Spain|Sweden|Switzerland|Thailand|Turkey|UK|USA|Ukraine
|United Kingdom|United States|Vietnam|中国|美国|英国|法国|德国|日本|韩国|意大利|西班牙|加拿大|澳大利亚|俄罗斯|印度|巴西
""".replace("\n", "")
PLACES = frozenset(f"{_CITIES}|{_COUNTRIES}".split("|"))
"""Names that are no names of people."""

NAMED = r"[A-Z\u00c0-\u00de][\w'\u2019-]*(?: (?:(?:van|von|de|da|al) )*[A-Z\u00c0-\u00de][\w'\u2019-]*)*"
"""A pattern for words with capitals."""

STREET = (
    r"\d+[a-z]? (?:[A-Z][\w'-]* ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Square|Way|Boulevard|Blvd)\b"
    r"|(?:[A-Z][\w-]* )?[A-Z]?\w*(?:straße|strasse|weg|platz|gasse|Straße) \d+[a-z]?"
    r"|\d+,? rue (?:[\w'-]+ ?){1,4}"
    r"|(?<=[区市县省])[\u4e00-\u9fff]{2,6}(?:路|街|大道|巷)\s?\d+\s?号|[\u4e00-\u9fff]{2,4}(?:路|街|大道|巷)\s?\d+\s?号"
)
ZIP = (
    r"(?<!\d)\d{5}(?:-\d{4})?(?!\d)|(?<!\d)\d{6}(?!\d)|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"
    r"|(?<!\d)\d{4}(?= [A-Z])"
)
CITY = (
    rf"(?<=\d{{5}} )[A-Z][\w-]+|(?<=\d{{4}} )[A-Z][\w-]+"
    rf"|(?<!{LETTER})(?:{_CITIES})(?!{LETTER})|{CHINESE_CITIES}"
)
COUNTRY = rf"(?<!{LETTER})(?:{_COUNTRIES})(?!{LETTER})"
WHERE = rf"\b(?:in|from|near|to|visited|at) ({NAMED})"
