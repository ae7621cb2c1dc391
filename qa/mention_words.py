"""What `qa.mentions` knows of English: words that mean something else than an outlet, and the words around a name.

The patterns named BEFORE end where the name begins (with its article); those named AFTER begin where it ends.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ARTICLES = _words("the der die das le la les el il")
SMALL_WORDS = ARTICLES | _words("and of for in on de du del des di s & to")
LEFT_OUT = _words("news newspaper newspapers online daily com magazine website")
# After these the last word is a place or too general to stand for the outlet: "Radio Osk", "Merrow Press Agency".
MEDIA = _words("radio tv channel television canal agence agencia")
TOO_GENERAL = LEFT_OUT | _words("agency press network broadcasting corporation service media group tv radio today")
# Words that mean something else, in capitals too, when they are not an outlet.
ORDINARY = _words(
    "week weeks weekend time today tonight tomorrow now day month year hour moment nature variety people life look "
    "money fortune health science cell sun star sky moon earth world globe mirror nation hill atlantic pacific "
    "independent standard express metro local national state sport sports wired vice quartz slate salon conversation "
    "information athletic cut root street trace intercept self shape essence parents bild us usa uk uae eu un who "
    "america europe asia africa forbes bloomberg fox house home garden nations future politics region record"
)
# Words that many outlets share. They count against a name only where there are no capitals to go by.
USUAL = ORDINARY | _words(
    "times post mail press news daily weekly evening morning sunday saturday herald courier telegraph observer "
    "spectator tribune gazette chronicle journal review magazine radio tv channel network agency business financial "
    "insider company fast rolling stone good breaking public free new guardian verge economist gull argus echo voice "
    "monitor examiner inquirer ledger tide register mercury advertiser bulletin dispatch citizen"
)
FUNCTION_WORDS = (
    "a an the and or but nor not only just both either neither in on at to from by for with about into over after "
    "before between during as than unlike is are was were be been being am do does did done has have had will would "
    "can could shall should may might must i we you he she it they this that these those there here what which who "
    "whom whose when where why how if so also first since until while because against per according versus vs "
    "although though despite compared compare"
)
FUNCTION = _words(FUNCTION_WORDS)
PLACED_BEFORE = _words("this that last next a an every each past same one another per")

NOUN = (
    r"(?:articles?|stor(?:y|ies)|reports?|reporting|reporters?|pieces?|columns?|columnists?|editorials?|coverage|review"
    r"s?|investigations?|essays?|op-eds?|obituar(?:y|ies)|journalists?|correspondents?|dispatch(?:es)?|commentar(?:y|ie"
    r"s)|headlines?|newsletters?|podcasts?|magazine|newspaper|website|feature|profile|scoop|account|version|exclusive)"
)
OUTLET_NOUN = rf"(?:{NOUN}|interviews?|polls?|analys[ie]s|figures|tally|sources?|editors?|stud(?:y|ies)|papers?)"
VERB = (
    r"(?:report(?:s|ed|ing)?|sa(?:y|ys|id|ying)|wr(?:ite|ites|ote|itten)|claim(?:s|ed)?|describe[sd]?|publish(?:es|ed)?|"
    r"note[sd]?|state[sd]|quote[sd]?|cover(?:s|ed)?|mention(?:s|ed)?|reveal(?:s|ed)?|interview(?:s|ed)?|print(?:s|ed)?|"
    r"(?:dis)?agree[sd]?|differ(?:s|ed)?|call(?:s|ed)?|explain(?:s|ed)?|argue[sd]?|predict(?:s|ed)?|put|puts)"
)
ADVERBS = r"(?:(?:also|first|then|later|now|only|just|really|both|all|has|have|had|to|exactly|originally)\s+)*"
TOLD = r"(?:told|tells?|telling|(?:sp(?:oke|eak|eaking|oken)|talk(?:ed|ing)?) (?:to|with)|interview (?:with|to))"
PUBLISHED = (
    r"(?:reported|published|printed|written|broadcast|quoted|covered|carried|revealed|appear(?:ed|s)?|contradicted|"
    r"confirmed|mentioned|described|cited|featured|discussed|claimed|interviewed|reviewed|investigated|profiled)"
)
BETWEEN = r"(?:(?:both|either|only|just|not|the)\s+)*"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


ACCORDING = _compiled(rf"\b(?:according to|as per|{PUBLISHED} by)\s+{BETWEEN}$")
CLEAR_BEFORE = _compiled(
    rf"\b(?:according to|as per|per|{PUBLISHED} (?:by|in|on)|{OUTLET_NOUN} (?:in|on|from|by|of|at)|{TOLD})"
    rf"\s+{BETWEEN}$"
)
LOOSE_BEFORE = _compiled(r"\b(?:in|from|unlike|compared (?:with|to)|versus|than)\s+$")
BOTH_BEFORE = _compiled(r"\b(?:both|between|compare|either)\s+$")
NOUN_AFTER = _compiled(rf"^(?:['’]s?)?\s+(?:(?:own|latest|recent|first|new|\d{{4}})\s+)*{OUTLET_NOUN}\b")
VERB_AFTER = _compiled(rf"^\s+{ADVERBS}{VERB}\b")
# "the story on Tarnvik says": not Tarnvik does.
PREPOSITION_BEFORE = _compiled(r"\b(?:of|on|about|for|with|at|near|against|to|over)\s+$")
POSSESSIVE_AFTER = _compiled(r"^['’](?:s\b|(?!\w))")
# What may follow a name of one word after "according to": else it is the first word of something longer.
ENDS_AFTER = _compiled(
    rf"^(?:['’]s?)?\s*(?:$|[^\w\s'’&-]|[-–—]\s|(?:{'|'.join(FUNCTION_WORDS.split())}|alone|exclusively|yesterday|today"
    rf"|last|found|finds|show(?:s|ed)?|suggest(?:s|ed)?|warn(?:s|ed)?)\b|{OUTLET_NOUN}\b|{VERB}\b)"
)
HARD_BEFORE = _compiled(
    rf"(?<!not )(?<!the )\b(?:only|just|solely|exclusively|nothing but|limit(?:ed)? to|restrict(?:ed)? to)\s+"
    rf"(?:(?:use|using|search|show|{NOUN}|what|in|from|by|on|at|with|per|according to)\s+)*$"
)
HARD_AFTER = _compiled(r"^\s*\(?(?:only|alone|exclusively)\s*(?:[,.;:?!)]|$|(?:what|who|when|where|why|how|which)\b)")
EXCLUDED_BEFORE = _compiled(
    rf"\b(?:not|except(?:ing| for)?|other than|excluding|apart from|aside from|besides|instead of|rather than|"
    rf"(?:any|every)(?:thing|one|body|where) but|all but|ignor(?:e|ing)|leav(?:e|ing) out|omit(?:ting)?|skip(?:ping)?|"
    rf"outside(?: of)?|(?:no|without(?: any| the)?) {NOUN})"
    rf"\s+(?:(?:{NOUN}|what|in|from|by|on|according to)\s+)*$"
)
LINK = _compiled(
    r"\s*(?:,\s*(?:and|or)?|/|and|or|nor|&|as well as|versus|vs\.?|than)\s*(?:(?:in|from|by|according to)\s+)*"
)
WRITTEN_AFTER = _compiled(rf"^(?:\s+{ADVERBS}wr(?:ite|ites|ote|itten)\b|['’]s?\s+(?:\w+\s+)?{NOUN}\b)")
WRITTEN_BEFORE = _compiled(rf"\b(?:according to|as per|{NOUN} (?:from|of))\s+{BETWEEN}$")
BY_BEFORE = _compiled(r"(?:([\w’'-]+)\W+)?\bby\s+(?:both\s+)?$")
WRITING = _words("written reported published penned authored signed filed covered described quoted contributed")
# "sued by", "won by": what a person did, not what was written.
PASSIVE = _compiled(
    r"\w*(?:ed|en|wn|ght|une|one)|(?:un)?(?:won|led|run|hit|sold|told|shot|made|held|lost|sent|built|paid|set|cut|put|"
    r"left|met|read|said|heard|hurt|kept|lent|meant|spent|struck|stung|sung|begun|found|understood|overrun|outdone)"
)
