"""Every sentence of the report in Persian, right to left, with Persian digits.

Whatever is no Persian stands in isolates (U+2066 to U+2069): names of columns, formulas, references. There digits stay
as they are; everywhere else `persian_numerals` writes them.
"""

__all__ = ["PERSIAN", "persian_numerals"]

import re

from pishro.report.catalog import Catalog
from pishro.report.persian_facts import FACTS
from pishro.report.persian_retellings import RETELLINGS

_DIGITS = str.maketrans("0123456789,.", "۰۱۲۳۴۵۶۷۸۹٬٫")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_TOKEN = re.compile(
    r"(?P<isolated>[\u2066-\u2068][^\u2066-\u2069]*\u2069)"
    r"|(?<![A-Za-z0-9_.])(?P<sign>(?<!\w)[-−+±])?(?P<digits>[0-9](?:[0-9,.]*[0-9])?)"
    r"(?:e(?P<exponent>[+-][0-9]+)|(?P<power>·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(?P<percent>\s?%)?"
)


def persian_numerals(text: str) -> str:
    """Numbers in Persian digits, with the Persian point, comma and percent sign; isolated parts stay as they are.

    A number with a sign or a power is isolated, so that these stay on their side.

    Examples
    --------
    >>> persian_numerals("1,234.5")
    '۱٬۲۳۴٫۵'
    """
    return _TOKEN.sub(_told, text)


def _told(match: re.Match[str]) -> str:
    if match["isolated"]:
        return match[0]
    number = match["digits"].translate(_DIGITS)
    if match["exponent"]:
        number += f"·۱۰{str(int(match['exponent'])).translate(_SUPERSCRIPT)}"
    elif match["power"]:
        number += f"·۱۰{match['power'][3:]}"
    sign = (match["sign"] or "").replace("-", "−")
    if sign or match["exponent"] or match["power"]:
        number = f"\u2066{sign}{number}\u2069"
    return number + ("٪" if match["percent"] else "")


_NOUNS = {
    "row.one": "{n} سطر",
    "row.other": "{n} سطر",
    "held_out.one": "{n} سطرِ کنارگذاشته",
    "held_out.other": "{n} سطرِ کنارگذاشته",
    "training_row.one": "{n} سطر آموزشی",
    "training_row.other": "{n} سطر آموزشی",
    "column.one": "{n} ستون ورودی",
    "column.other": "{n} ستون ورودی",
    "left_out_column.one": "{n} ستون کنار گذاشته شد",
    "left_out_column.other": "{n} ستون کنار گذاشته شد",
    "network.one": "{n} شبکه",
    "network.other": "{n} شبکه",
    "parameter.one": "{n} پارامتر",
    "parameter.other": "{n} پارامتر",
    "iteration.one": "{n} تکرار",
    "iteration.other": "{n} تکرار",
    "epoch.one": "{n} دوره",
    "epoch.other": "{n} دوره",
    "thread.one": "{n} رشته‌ی پردازشی",
    "thread.other": "{n} رشته‌ی پردازشی",
    "point.one": "{n} واحد درصد",
    "point.other": "{n} واحد درصد",
    "baseline.mean": "میانگین داده‌های آموزشی",
    "baseline.median": "میانه‌ی داده‌های آموزشی",
    "baseline.majority": "پرشمارترین رده",
    "baseline.linear": "مدل خطی",
    "baseline.logistic": "رگرسیون لجستیک",
    "metric.accuracy": "درستی",
    "metric.log-loss": "زیان لگاریتمی",
    "metric.log-likelihood": "لگاریتم درست‌نمایی",
    "metric.95 % coverage": "پوشش بازه‌های ۹۵٪",
    "unit.nats": "نَت",
    "kind.numeric": "عددی",
    "kind.categorical": "رده‌ای",
    "kind.boolean": "منطقی",
    "kind.date": "تاریخ",
    "task.regression": "رگرسیون",
    "task.classification": "رده‌بندی",
}

_HEADINGS = {
    "title": "گزارش {name}",
    "eyebrow": "گزارش پیشرو · {task}ِ {target}",
    "heading.answer": "پاسخ",
    "heading.scores": "امتیازها روی سطرهای کنارگذاشته",
    "heading.next": "گام بعدی چیست",
    "heading.data": "داده‌ها",
    "heading.network": "شبکه",
    "heading.training": "آموزش",
    "heading.predictions": "پیش‌بینی‌ها",
    "heading.inputs": "ورودی‌ها",
    "heading.diagnosis": "عیب‌یابی",
    "heading.certificate": "گواهی نقطه‌ی به‌دست‌آمده",
    "heading.observed": "دیگر اندازه‌گیری‌ها",
    "heading.repeat": "تکرار این اجرا",
    "heading.columns": "ستون‌های به‌کاررفته",
    "heading.left_out": "ستون‌های کنارگذاشته",
    "heading.notes": "پیش از آنکه به آن اعتماد کنید",
    "heading.reading": "جدول چگونه خوانده شد",
    "heading.versions": "نسخه‌ها",
    "nav.answer": "پاسخ",
    "nav.next": "گام بعدی",
    "nav.data": "داده‌ها",
    "nav.network": "شبکه",
    "nav.training": "آموزش",
    "nav.predictions": "پیش‌بینی‌ها",
    "nav.inputs": "ورودی‌ها",
    "nav.diagnosis": "عیب‌یابی",
    "nav.certificate": "گواهی",
    "nav.repeat": "تکرار",
    "table.remedy": "چاره: {remedy}",
    "table.measured": "مقدار اندازه‌گیری‌شده: {value}",
    "table.held_against": "آستانه: {threshold} ({source})",
    "severity.alarm": "هشدار جدی",
    "severity.warning": "هشدار",
    "severity.note": "یادداشت",
    "note.with missing values": "دارای مقدارهای گم‌شده",
    "table.model": "این مدل",
    "table.metric": "سنجه",
    "table.column": "ستون",
    "table.kind": "نوع",
    "table.note": "یادداشت",
    "table.reason": "دلیل",
    "table.caption": "زیر هر مقدار، بازه‌ی ۹۵٪ آن (با خودگردان‌سازی) آمده است. {arrows}",
    "table.lower": "کمتر بهتر است",
    "table.higher": "بیشتر بهتر است",
    "table.aim": "باید {aim} باشد",
    "table.arrows": "↓ کمتر بهتر است، ↑ بیشتر بهتر است.",
    "table.more": "و {columns} مورد دیگر که اینجا نیامده‌اند.",
    "undefined": "تعریف‌نشده",
    "interval": "{low} تا {high}",
    "range": "{low} تا {high}",
    "enumeration": "، ",
}

_ANSWER = {
    "answer.predicts": "این مدل {target} را از روی {columns} پیش‌بینی می‌کند.",
    "answer.headline": "روی {rows} که هرگز ندیده بود، {metric} برابر {value} است (بازه‌ی ۹۵٪: {interval}).",
    "answer.headline_bare": "روی {rows} که هرگز ندیده بود، {metric} برابر {value} است.",
    "answer.no_baseline": "هیچ مدل پایه‌ای سنجیده نشد؛ پس معلوم نیست که مدلی ساده‌تر هم به همین خوبی باشد یا نه.",
    "answer.clear": (
        "این مقدار به اندازه‌ی {gain} بهتر از بهترین مدل پایه، یعنی {baseline} ({value})، است و دو بازه‌ی ۹۵٪ "
        "هم‌پوشانی ندارند."
    ),
    "answer.likely": (
        "این مقدار به اندازه‌ی {gain} بهتر از بهترین مدل پایه، یعنی {baseline} ({value})، است، اما دو بازه‌ی ۹۵٪ "
        "هم‌پوشانی دارند: این برتری محتمل است، نه قطعی."
    ),
    "answer.tie": (
        "بهترین مدل پایه، یعنی {baseline}، به {value} می‌رسد: روی این سطرها این دو را نمی‌توان از هم بازشناخت."
    ),
    "answer.worse": "این مقدار به اندازه‌ی {gain} بدتر از بهترین مدل پایه، یعنی {baseline} ({value})، است.",
    "answer.coverage_good": "بازه‌های ۹۵٪ آن، همان‌گونه که باید، {value} از مقدارهای کنارگذاشته را در بر می‌گیرند.",
    "answer.coverage_narrow": (
        "بازه‌های ۹۵٪ آن تنها {value} از مقدارهای کنارگذاشته را در بر می‌گیرند: بیش از حد تنگ‌اند."
    ),
    "answer.coverage_wide": ("بازه‌های ۹۵٪ آن {value} از مقدارهای کنارگذاشته را در بر می‌گیرند: گشادتر از حد لازم‌اند."),
    "verdict.clear": "بهتر از همه‌ی مدل‌های پایه",
    "verdict.likely": "احتمالاً بهتر از مدل‌های پایه",
    "verdict.tie": "نه بهتر از یک مدل پایه",
    "verdict.worse": "بدتر از یک مدل پایه",
    "verdict.none": "مدل پایه‌ای برای مقایسه نیست",
    "tile.baseline": "بهترین مدل پایه: {baseline}",
    "tile.coverage": "پوشش بازه‌های ۹۵٪",
    "tile.interval": "بازه‌ی ۹۵٪: {interval}",
    "tile.rows": "سطرهای کنارگذاشته",
    "tile.of_rows": "آموزش روی {n} سطر",
    "advice.use_baseline": (
        "{baseline} را به کار ببرید: ساده‌تر است و شبکه روی این سطرها بهتر از آن نیست. هر گاه سطرهای بیشتر، یا "
        "ستون‌هایی داشتید که از {target} بیشتر خبر بدهند، به شبکه بازگردید."
    ),
    "advice.more_held_out": (
        "سطرهای بیشتری کنار بگذارید یا اعتبارسنجی متقابل کنید: با {rows} امتیازها را تنها تقریبی می‌توان دانست."
    ),
    "advice.settle": (
        "برای آنکه روشن شود شبکه از {baseline} بهتر است یا نه، اعتبارسنجی متقابل کنید یا سطرهای بیشتری کنار بگذارید."
    ),
    "advice.narrow": (
        "هنوز به بازه‌های ۹۵٪ تکیه نکنید: سهم کمی از مقدارهای کنارگذاشته را در بر می‌گیرند. در پی گروهی از سطرها "
        "باشید که با سطرهای آموزشی تفاوت دارند، و در پی نوفه‌ای که با پیش‌بینی بزرگ می‌شود."
    ),
    "advice.wide": (
        "بازه‌های ۹۵٪ مطمئن ولی گشادند؛ دلیل معمول آن نوفه‌ای است که از سطری به سطر دیگر فرق می‌کند. نمودار "
        "مانده‌ها در برابر پیش‌بینی‌ها را ببینید."
    ),
    "advice.larger": "{effective} از {parameters} پارامتر مؤثرند: شاید شبکه‌ای بزرگ‌تر بهتر برازش شود.",
    "advice.smaller": "تنها {effective} از {parameters} پارامتر مؤثرند: شاید شبکه‌ای کوچک‌تر به همین خوبی باشد.",
    "advice.never": (
        "مدل هرگز {classes} را پیش‌بینی نمی‌کند. به رده‌ها وزن بدهید یا از رده‌های کمیاب سطرهای بیشتری گرد آورید."
    ),
    "advice.left_out": ("فهرست ستون‌های کنارگذاشته را وارسی کنید: هر ستونی را که هنگام پیش‌بینی در دست است بازگردانید."),
    "advice.finding": "{title}: {remedy}",
    "advice.good": (
        "چیزی بر ضد به‌کاربردن این مدل برای سطرهایی مانند این‌ها دیده نشد. هر گاه خاستگاه داده‌ها دگرگون شد، "
        "دوباره آن را بیازمایید."
    ),
}

_TITLES = {
    "title.saturated": "واحدهای اشباع‌شده",
    "title.dead": "واحدهای مرده",
    "title.vanishing": "محوشدن گرادیان",
    "title.exploding": "انفجار گرادیان",
    "title.stalled": "لایه‌ای که چندان نیاموخت",
    "title.effective": "پارامترهای مؤثر",
    "title.sizes": "اندازه",
    "title.few-rows": "سطرهای کم برای این همه پارامتر",
    "title.conditioning": "حالت‌مندی",
    "title.redundant": "پارامترهایی که هیچ سطری تعیینشان نمی‌کند",
    "title.ill-conditioned": "توزیع پسینِ بدحالت",
    "title.over-fitting": "بیش‌برازش",
    "title.over-fitting-classes": "بیش‌برازش",
    "title.duplicates": "سطرهای کنارگذاشته‌ای که در آموزش هم بوده‌اند",
    "title.extrapolation": "برون‌یابی",
    "title.leak": "ستونی که شاید هدف را لو می‌دهد",
    "title.disagreement": "شبکه‌های ناهم‌رأی",
    "title.disagreement-classes": "شبکه‌های ناهم‌رأی",
    "title.non-normal": "شکل مانده‌ها",
    "title.spread": "نوفه‌ی ناهمگن",
    "title.autocorrelation": "مانده‌های پیاپیِ همبسته",
    "title.trend": "مانده‌های وابسته به یک ورودی",
    "title.outliers": "داده‌های پرت",
    "title.influential": "سطرهای پرنفوذ",
    "title.coverage": "بازه‌هایی که به قول خود وفا نمی‌کنند",
    "title.never-predicted": "رده‌هایی که هرگز پیش‌بینی نمی‌شوند",
    "title.miscalibration": "احتمال‌هایی که به قول خود وفا نمی‌کنند",
    "title.rate-too-high": "نرخ بیش از حد بزرگ",
    "title.rate-too-low": "نرخ بیش از حد کوچک",
    "title.oscillation": "نوسان",
    "title.plateau": "فلات",
    "title.diverged": "واگرایی",
    "title.saddle": "نقطه‌ی زینی",
}

_STORY = {
    "data.rows": "{train} و {test}؛ {columns}.",
    "training.size": "{networks} هر یک با {parameters}، {rows}: {iterations} در {seconds} با {threads}.",
    "training.effective": (
        "به‌طور میانگین {effective} از {parameters} پارامتر مؤثرند (\u2066γ\u2069، \u2066MacKay 1992\u2069)."
    ),
    "training.noise": "برآورد نوفه: {noise} برابر انحراف معیار هدف.",
    "training.reasons": "چرا پایان یافت",
    "training.reason": "{members}: {reason}",
    "training.method": "روش",
    "training.seed": "بذر",
    "training.calibration": "کالیبره‌کردن",
    "training.no_curves": "از این اجرا منحنی‌ای نمانده است.",
    "diagnosis.lead": "هشدار جدی یعنی به شبکه اعتماد نکنید؛ هشدار یعنی نگاهی بیندازید؛ یادداشت داوری نمی‌کند.",
    "diagnosis.none": "این مدل عیب‌یابی نشده است؛ آن را با \u2066pishro.fit\u2069 برازش دهید.",
    "certificate.lead": "آنچه مشتق‌های اول و دوم از نقطه‌ای می‌گویند که بهترین شبکه در آن ایستاده است.",
    "inputs.lead": (
        "اهمیت یک ستون سهمی از واریانس پیش‌بینی است که با ندانستن آن از دست می‌رود؛ ستون‌هایی که با هم اثر "
        "می‌گذارند یا به هم وابسته‌اند برای هر یک جداگانه شمرده می‌شوند، پس جمع سهم‌ها می‌تواند از ۱۰۰٪ بیشتر شود."
    ),
    "inputs.none": "هنگام ساختن این مدل سطرها در دست نبودند؛ پس از ورودی‌هایش چیزی دانسته نیست.",
    "predictions.none": "سطرهای کنارگذاشته برای رسم نمودار بسیار کم‌اند.",
    "repeat.lead": "بذر {seed}. همین نسخه‌ها و همین شمار رشته‌های پردازشی همین عددها را می‌دهند.",
    "seconds": "{seconds} ثانیه",
}

_CAPTIONS = {
    "figure.scores": "مدل و هر یک از مدل‌های پایه: {metric} با بازه‌ی ۹۵٪ آن (خودگردان‌سازی).",
    "figure.cost": (
        "هزینه‌ی منظم‌شده به ازای هر سطر آموزشی، از {first} تا {last}. نوفه و زوال وزن در راه از نو برآورد "
        "می‌شوند؛ پس هزینه نزدیک نیم می‌نشیند و تنها در میان راه فرو می‌افتد."
    ),
    "figure.class_cost": "هزینه‌ی منظم‌شده به ازای هر سطر آموزشی، از {first} تا {last}. زوال وزن در راه از نو برآورد "
    "می‌شود.",
    "figure.mini_batch_cost": "هزینه به ازای هر سطر آموزشی، میانگین ریزدسته‌های یک دوره، از {first} تا {last}.",
    "figure.validation": (
        "هزینه به ازای هر سطری که از گرادیان دور نگه داشته شد، از {first} تا {last}؛ وزن‌های پایین‌ترین نقطه‌ی آن "
        "نگه داشته شدند."
    ),
    "figure.gradient": "نرم گرادیان هزینه؛ در پایان {last} است.",
    "figure.damping": (
        "میرایی \u2066λ\u2069 در لونبرگ–مارکوارت: کوچک یعنی نزدیک به گاوس–نیوتن، بزرگ یعنی نزدیک به کاهش گرادیان."
    ),
    "figure.effective": "پارامترهای مؤثر \u2066γ\u2069؛ در پایان {last} از {parameters}.",
    "figure.running": "میانگین شبکه‌هایی که هنوز در کارند: {first} در آغاز، {last} در پایان.",
    "figure.chosen": "لوزی نقطه‌ای را نشان می‌دهد که نگه داشته شد.",
    "figure.agreement": "سطرهای کنارگذاشته: پیش‌بینی در برابر مقدار واقعی. {correlation}",
    "figure.train_agreement": (
        "سطرهای آموزشی: پیش‌بینی در برابر مقدار واقعی. {correlation} اگر \u2066R\u2069 در اینجا بسیار بیشتر از "
        "سطرهای کنارگذاشته باشد، نشانه‌ی بیش‌برازش است."
    ),
    "figure.agreement_r": "همبستگی \u2066R\u2069 = {r}.",
    "figure.agreement_no_r": "همبستگی \u2066R\u2069 تعریف نمی‌شود، زیرا یک سو ثابت است.",
    "figure.bars": (
        "{which} بازه‌های ۹۵٪ هستند؛ در {outside} سطر از {rows} بازه مقدار واقعی را در بر نمی‌گیرد (لوزی‌ها)."
    ),
    "figure.every_bar": "خط‌های عمودی",
    "figure.some_bars": "خط‌های عمودی، برای {shown} سطر با فاصله‌ی یکسان و برای هر خطا،",
    "figure.coverage": (
        "سهم مقدارهای کنارگذاشته در بازه‌های هر سطح؛ روی قطر، بازه‌ها به قول خود وفا می‌کنند. نوار آن چیزی است که "
        "با {rows} نامعلوم می‌ماند."
    ),
    "figure.relevance": "اهمیت ستون‌ها.",
    "figure.relevance_some": "اهمیت {shown} ستون مهم‌تر از {columns} ستون.",
    "figure.effect": (
        "اثر {column}: میانگین پیش‌بینی روی سطرها هنگامی که تنها این ستون تغییر کند. نوار با احتمال {level} این "
        "میانگین را در بر دارد."
    ),
    "figure.effect_classes": "اثر {column} بر احتمال {classes}، میانگین روی سطرها.",
    "figure.residuals": "مانده‌ها در برابر پیش‌بینی‌ها. شیب یا قیف ساختاری است که مدل آن را ندیده است.",
    "figure.residuals_against": "مانده‌ها در برابر {column}. هر روندی چیزی است که این ستون هنوز می‌تواند بگوید.",
    "figure.trend": "خط میانگین گروه‌هایی با شمار سطرهای برابر است.",
    "figure.histogram": "مانده‌ها (واقعی منهای پیش‌بینی): میانگین {mean}، انحراف معیار {deviation}.",
    "figure.beyond": "{rows} بیرون از محور.",
    "figure.confusion": (
        "ماتریس درهم‌ریختگی: سطرها بر پایه‌ی رده‌ی واقعی و رده‌ی پیش‌بینی‌شده؛ تیرگی سهم از رده‌ی واقعی است."
    ),
    "figure.confusion_pairs": "پرشمارترین اشتباه‌ها: {pairs}.",
    "figure.confusion_pair": "{actual} به جای {predicted} گرفته شد ({n})",
    "figure.confusion_others": "{n} رده‌ی کمیاب با هم آمده‌اند.",
    "figure.reliability": (
        "کالیبره‌بودن احتمال {name}: نقطه‌های روی قطر به قول خود وفا می‌کنند. خط‌های عمودی بازه‌های ۹۵٪ هستند."
    ),
    "figure.reliability_top": (
        "کالیبره‌بودن احتمال رده‌ی پیش‌بینی‌شده: نقطه‌های روی قطر به قول خود وفا می‌کنند. خط‌های عمودی بازه‌های ۹۵٪ هستند."
    ),
    "figure.roc": "منحنی \u2066ROC\u2069 برای {name}: مساحت {area}.",
    "figure.roc_several": (
        "منحنی‌های \u2066ROC\u2069، هر رده در برابر بقیه، برای رده‌هایی که بدتر از همه بازشناخته می‌شوند: مساحت {areas}."
    ),
    "figure.pr": "دقت در برابر بازیابی برای {name}: میانگین دقت {area}؛ با حدس‌زدن {base} می‌شد.",
    "figure.pr_several": (
        "دقت در برابر بازیابی، هر رده در برابر بقیه، برای رده‌هایی که بدتر از همه بازشناخته می‌شوند: میانگین دقت {areas}."
    ),
    "figure.class_area": "{name} {area}",
    "figure.thinned": "{shown} سطر از {rows} سطر، با فاصله‌ی یکسان، رسم شده است.",
    "axis.iteration": "تکرار",
    "axis.epoch": "دوره",
    "axis.cost": "هزینه (نَت بر سطر)",
    "axis.class_cost": "هزینه (نَت بر سطر)",
    "axis.mini_batch_cost": "هزینه (نَت بر سطر)",
    "axis.validation": "هزینه‌ی اعتبارسنجی (نَت بر سطر)",
    "axis.gradient": "نرم گرادیان \u2066‖g‖\u2069",
    "axis.damping": "میرایی \u2066λ\u2069",
    "axis.effective": "پارامترهای مؤثر \u2066γ\u2069",
    "axis.parameters": "\u2066P = {n}\u2069",
    "axis.actual": "مقدار واقعی {target}",
    "axis.predicted": "پیش‌بینی {target}",
    "axis.residual": "مانده‌ی {target}",
    "axis.rows": "شمار سطرها",
    "axis.class_actual": "رده‌ی واقعی",
    "axis.class_predicted": "رده‌ی پیش‌بینی‌شده",
    "axis.probability": "احتمال پیش‌بینی‌شده",
    "axis.frequency": "فراوانی مشاهده‌شده",
    "axis.false_positive": "نرخ مثبت کاذب",
    "axis.true_positive": "نرخ مثبت درست",
    "axis.recall": "بازیابی",
    "axis.precision": "دقت",
    "axis.others": "بقیه",
    "axis.level": "سطح بازه",
    "axis.inside": "مقدارهای درون بازه",
    "axis.relevance": "سهم از واریانس پیش‌بینی",
    "axis.averaged": "میانگین پیش‌بینی {target}",
    "axis.class_averaged": "میانگین احتمال",
    "axis.class_probability": "میانگین احتمال {name}",
}

PERSIAN = Catalog(
    "fa",
    "rtl",
    {**_NOUNS, **_HEADINGS, **_ANSWER, **_TITLES, **_STORY, **_CAPTIONS, **FACTS},
    ("«", "»"),
    persian_numerals,
    RETELLINGS,
)
