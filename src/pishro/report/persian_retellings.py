"""Sentences that other rooms write in English, by their templates, and the same sentences in Persian.

A field named `number…` stands for a number; any other for a text, which is told again itself where it is known.
"""

__all__ = ["RETELLINGS"]

from pishro.optim import Reason

_RECIPES = {
    "{first} To end in reasonable time, fewer {what} than usual were chosen.": (
        "{first} برای آنکه در زمانی معقول پایان یابد، {what} کمتری از معمول برگزیده شد."
    ),
    "{first} The cost was chosen from {names} by the log-likelihood of rows left out ({number} folds): {choice}": (
        "{first} هزینه از میان {names} با لگاریتم درست‌نمایی سطرهای کنارمانده ({number} بخش) برگزیده شد: {choice}"
    ),
    "{first} The width was searched on rows left out ({number} folds): {widths}, where each gain is that over the best "
    "before, in nats a row; {units} is the smallest that none clearly improves on.": (
        "{first} پهنا روی سطرهای کنارمانده ({number} بخش) جست‌وجو شد: {widths}؛ هر افزایش نسبت به بهترین پهنای پیش از "
        "آن و به نات در هر سطر است؛ {units} کوچک‌ترین پهنایی است که هیچ پهنایی آشکارا از آن بهتر نیست."
    ),
    "Levenberg-Marquardt with evidence on {nets} with {units} tanh units ({number_p} parameters): {number_n} "
    "rows are few enough for second-order steps, at most {number_i} of them.": (
        "لونبرگ–مارکوارت با شواهد، روی {nets} با {units} واحد \u2066tanh\u2069 ({number_p} پارامتر): {number_n} "
        "سطر برای گام‌های مرتبه‌دوم به اندازه‌ی کافی کم است؛ حداکثر {number_i} گام."
    ),
    "Mini-batches of {number_b} rows by {rule} on {nets} with {units} units, stopped early on a part of the training "
    "rows: {number_n} rows of {number_d} inputs are too many for second-order steps.": (
        "ریزدسته‌های {number_b} سطری با {rule} روی {nets} با {units} واحد، با توقف زودهنگام روی بخشی از "
        "سطرهای آموزشی: {number_n} سطر با {number_d} ورودی برای گام‌های مرتبه‌دوم بیش از اندازه زیاد است."
    ),
    "Mini-batches of {number_b} rows by {rule} on {nets} with {units} units, stopped early on a part of the training "
    "rows: class labels show evidence no noise to read off, and get better probabilities this way.": (
        "ریزدسته‌های {number_b} سطری با {rule} روی {nets} با {units} واحد، با توقف زودهنگام روی بخشی از "
        "سطرهای آموزشی: برچسب رده نوفه‌ای ندارد که شواهد آن را بخواند، و احتمال‌ها از این راه بهتر می‌شوند."
    ),
    "Mini-batches of {number_b} rows by {rule} on {nets} with {units} units, stopped early on a part of the training "
    "rows: a pilot left {number_p}% of the target's variance open, and where rows are so noisy, second-order steps "
    "gain little.": (
        "ریزدسته‌های {number_b} سطری با {rule} روی {nets} با {units} واحد، با توقف زودهنگام روی بخشی از سطرهای "
        "آموزشی: یک اجرای آزمایشی {number_p}٪ از واریانس هدف را توضیح‌نداده گذاشت، و در سطرهایی چنین پرنوفه گام‌های "
        "مرتبه‌دوم سود کمی دارند."
    ),
    "Mini-batches of {number_b} rows by {rule} on {nets} with {units} units, stopped early on a part of the training "
    "rows, as asked.": (
        "ریزدسته‌های {number_b} سطری با {rule} روی {nets} با {units} واحد، با توقف زودهنگام روی بخشی از سطرهای "
        "آموزشی، چنان‌که خواسته شد."
    ),
    "Method {method} on {nets} with {units} units, on all rows in every step, as asked.": (
        "روش {method} روی {nets} با {units} واحد، با همه‌ی سطرها در هر گام، چنان‌که خواسته شد."
    ),
    "Method {method} on {nets} with {units} units, on all rows in every step, stopped early on a part of the training "
    "rows, as asked.": (
        "روش {method} روی {nets} با {units} واحد، با همه‌ی سطرها در هر گام و توقف زودهنگام روی بخشی از سطرهای "
        "آموزشی، چنان‌که خواسته شد."
    ),
    "Method {method} on {nets} with {units} units, on all rows in every step, weights held by a prior of precision "
    "{number}, as asked.": (
        "روش {method} روی {nets} با {units} واحد، با همه‌ی سطرها در هر گام و پیشینی با دقت {number} بر وزن‌ها، "
        "چنان‌که خواسته شد."
    ),
    "Method {method} on {nets} with {units} units, under constraints, weights held as evidence without constraints "
    "would, as asked.": (
        "روش {method} روی {nets} با {units} واحد، زیر قیدها و با همان پیشینی که شواهد بدون قید می‌یابد، چنان‌که "
        "خواسته شد."
    ),
    "{first} The {number_n} rows given for validation were not needed to stop by; their cost is {number_c} nats a "
    "row.": ("{first} برای توقف به {number_n} سطر اعتبارسنجی نیازی نبود؛ هزینه‌ی آن‌ها {number_c} نَت بر سطر است."),
    "Mini-batches of {number_b} rows by {rule}, at most {number_e} epochs, stopped early on {number_p}% of the "
    "training rows.": (
        "ریزدسته‌های {number_b} سطری با {rule}، حداکثر {number_e} دوره، با توقف زودهنگام روی {number_p}٪ از "
        "سطرهای آموزشی."
    ),
    "KKT residuals: stationarity {number_s}, feasibility {number_f}, complementarity {number_c}. Active constraints "
    "and bounds: {number}.": (
        "مانده‌های \u2066KKT\u2069: ایستایی {number_s}، شدنی‌بودن {number_f}، مکملیت {number_c}. قیدها و کران‌های فعال: "
        "{number}."
    ),
    "1 network": "یک شبکه",
    "{number} networks": "{number} شبکه",
    "members": "شبکه‌های",
    "width": "پهنای",
    "epochs": "دوره‌های",
    "iterations": "تکرارهای",
    "members and iterations": "شبکه‌ها و تکرارهای",
    "members and width": "شبکه‌ها و پهنای",
    "iterations and width": "تکرارها و پهنای",
    "members and iterations and width": "شبکه‌ها، تکرارها و پهنای",
    "levenberg-marquardt with evidence": "لونبرگ–مارکوارت با شواهد",
    "Nothing was iterated: the weights are known in closed form.": (
        "تکراری در کار نبود: وزن‌ها به صورت بسته دانسته‌اند."
    ),
    "Intervals calibrated on {number} rows kept from the training (conformal).": (
        "بازه‌ها روی {number} سطر دورمانده از آموزش کالیبره شدند (هم‌دیس)."
    ),
    "Probabilities calibrated by the temperature {number_t} on {number_n} rows kept from the training: expected "
    "calibration error {number_b} before, {number_a} after.": (
        "احتمال‌ها با دمای {number_t} روی {number_n} سطر دورمانده از آموزش کالیبره شدند: خطای مورد انتظار پیش از "
        "آن {number_b} و پس از آن {number_a}."
    ),
}

_REASONS = {
    Reason.RUNNING.value: "هنوز در کار است.",
    Reason.GRADIENT.value: "گرادیان به همان کوچکی است که خواسته شد.",
    Reason.STEP.value: "گام‌ها به همان کوچکی شدند که خواسته شد.",
    Reason.CHANGE.value: "هزینه دیگر تغییر نکرد.",
    Reason.GOAL.value: "به هدف رسید.",
    Reason.ITERATIONS.value: "تکرارها به پایان رسیدند؛ اگر هزینه هنوز فرو می‌افتاد، شمار تکرارها را بیشتر کنید.",
    Reason.EVALUATIONS.value: "ارزیابی‌ها به پایان رسیدند؛ اگر هزینه هنوز فرو می‌افتاد، شمار آن‌ها را بیشتر کنید.",
    Reason.SECONDS.value: "زمان به پایان رسید؛ اگر هزینه هنوز فرو می‌افتاد، \u2066max_seconds\u2069 را بیشتر کنید.",
    Reason.NO_DESCENT.value: "دیگر هیچ گامی هزینه را کم نمی‌کند: این مرز دقت ممیز شناور است.",
    Reason.NOT_FINITE.value: "هزینه در آغاز متناهی نیست؛ ورودی‌ها را مقیاس کنید یا از جای دیگری آغاز کنید.",
    Reason.DIVERGED.value: "هزینه دیگر متناهی نبود؛ نرخ را کم کنید، گرادیان را ببُرید یا ورودی‌ها را مقیاس کنید.",
    Reason.KKT.value: "شرط‌های بهینگی با همان دقتی که خواسته شد برقرارند.",
    Reason.INFEASIBLE.value: (
        "نقطه‌ی شدنی یافت نشد؛ کمترین تخطی در \u2066kkt.feasibility\u2069 است. قیدها را سست‌تر کنید."
    ),
    Reason.UNBOUNDED.value: "هزینه بی‌کران فرو می‌افتد؛ متغیرها را کران‌دار کنید یا جمله‌ای بیفزایید که نگهشان دارد.",
    Reason.NO_ROOT.value: "مانده در اینجا کمینه‌ای دارد که ریشه نیست؛ از جای دیگری آغاز کنید.",
    Reason.VALIDATION.value: "هزینه‌ی اعتبارسنجی دیگر فرو نیفتاد؛ بهترین نقطه‌ی پیش از آن بازگردانده شد.",
    Reason.EVIDENCE.value: "شواهد به سود مدل دیگر بالا نرفت.",
    Reason.INTERRUPTED.value: "آموزش قطع شد.",
}

_TABLES = {
    "Regression, because {name} is numeric and {reason}.": "رگرسیون، زیرا {name} عددی است و {reason}.",
    "Classification, because {name} is numeric and {reason}.": "رده‌بندی، زیرا {name} عددی است و {reason}.",
    "Classification, because {name} holds words.": "رده‌بندی، زیرا {name} واژه در بر دارد.",
    "Classification, because {name} is true or false.": "رده‌بندی، زیرا {name} درست یا نادرست است.",
    "it was asked for": "چنین خواسته شد",
    "it has two values": "دو مقدار دارد",
    "its values have fractions": "مقدارهایش کسری‌اند",
    "it has {number} different whole numbers": "{number} عدد صحیح گوناگون دارد",
    "{number_c} different whole numbers are many for {number_n} rows": (
        "{number_c} عدد صحیح گوناگون برای {number_n} سطر زیاد است"
    ),
    "its values are the codes {number_a} to {number_b} without a gap": (
        "مقدارهایش کدهای پیوسته‌ی {number_a} تا {number_b} هستند"
    ),
    "its whole numbers {shown} do not start at 0 or 1 without a gap, so they measure something": (
        "عددهای صحیح آن ({shown}) از صفر یا یک و پیوسته نیستند، پس چیزی را اندازه می‌گیرند"
    ),
    "{number} rows share the largest {name}, {number_v}: the values look capped there.": (
        "{number} سطر بزرگ‌ترین مقدار {name}، یعنی {number_v}، را دارند: به نظر می‌رسد مقدارها آنجا بریده شده‌اند."
    ),
    "If the values of {name} measure something, ask for task 'regression'.": (
        "اگر مقدارهای {name} چیزی را اندازه می‌گیرند، کارِ \u2066'regression'\u2069 را بخواهید."
    ),
    "Only 1 row has class {label}: it can be learned or tested, not both.": (
        "تنها یک سطر از رده‌ی {label} است: می‌توان آن را آموخت یا آزمود، نه هر دو."
    ),
    "{number} rows without {name} are dropped.": "{number} سطر بدون {name} کنار گذاشته شدند.",
    "{name}: {number} infinite cells count as missing.": "{name}: {number} خانه‌ی نامتناهی گم‌شده به شمار می‌آیند.",
    "{name}: {number} cells are not {what} ({shown}) and count as missing.": (
        "{name}: {number} خانه {what} نیستند ({shown}) و گم‌شده به شمار می‌آیند."
    ),
    "numbers": "عدد",
    "dates": "تاریخ",
    "{name} has {number} levels: the {number_k} most frequent are kept, the others ({number_r} rows, {number_s} %) "
    "become 'other'.": (
        "{name} دارای {number} سطح است: {number_k} سطح پرشمارتر نگه داشته شدند و بقیه ({number_r} سطر، {number_s}٪) در "
        "\u2066'other'\u2069 گرد آمدند."
    ),
    "{name} holds codes padded with zeros and is read as categories.": (
        "{name} کدهایی با صفر آغازین دارد و رده‌ای خوانده شد."
    ),
    "{name} is written with {style}.": "{name} با {style} نوشته شده است.",
    "decimal points": "نقطه‌ی اعشاری",
    "decimal commas": "ویرگول اعشاری",
    "commas between thousands": "ویرگول میان هزارگان",
    "{name}: {cell} is read as {number} and not as {number_o}, {why}.": (
        "{name}: {cell} به صورت {number} خوانده شد و نه {number_o}؛ {why}."
    ),
    "as {name} has {style}": "زیرا {name} با {style} نوشته شده است",
    "as semicolons separate the file's columns": "زیرا ستون‌های پرونده با نقطه‌ویرگول از هم جدا شده‌اند",
    "{name}: {cell} could be {number} or {number_o}, and no other column tells; {number_u} is used. Write thousands "
    "without a mark and decimals with a point.": (
        "{name}: {cell} می‌تواند {number} یا {number_o} باشد و هیچ ستون دیگری آن را روشن نمی‌کند؛ {number_u} به کار رفت. "
        "هزارگان را بی‌نشانه و اعشار را با نقطه بنویسید."
    ),
    "{name} could be dates {pattern} or {rival}; {used} is used, write them as 2024-12-31.": (
        "{name} می‌تواند تاریخ به شکل {pattern} یا {rival} باشد؛ {used} به کار رفت. تاریخ‌ها را به شکل "
        "\u20662024-12-31\u2069 بنویسید."
    ),
    "an identifier by its name, with a value of its own in every row": (
        "از نامش پیداست که شناسه است و در هر سطر مقداری ویژه‌ی خود دارد"
    ),
    "it counts the rows one by one": "سطرها را یک‌به‌یک می‌شمارد",
    "no cell holds a finite number": "هیچ خانه‌ای عدد متناهی ندارد",
    "no cell holds a date": "هیچ خانه‌ای تاریخ ندارد",
    "every cell is missing": "همه‌ی خانه‌ها گم‌شده‌اند",
    "constant, every cell is the same date": "ثابت است؛ همه‌ی خانه‌ها یک تاریخ‌اند",
    "constant, every cell is {value}": "ثابت است؛ همه‌ی خانه‌ها {value} هستند",
    "free text, {number} different texts of {number_l} characters on average": (
        "متن آزاد است: {number} متن گوناگون با میانگین {number_l} نویسه"
    ),
    "it names the rows, {number} different texts in {number_f} filled cells": (
        "نام سطرهاست: {number} متن گوناگون در {number_f} خانه‌ی پر"
    ),
    "{number} different texts in {number_f} filled cells, too few rows for each": (
        "{number} متن گوناگون در {number_f} خانه‌ی پر؛ برای هر یک سطرهای بسیار کمی هست"
    ),
    "its cells are no single values but {kind}": "خانه‌هایش مقدار تکی نیستند، بلکه {kind} هستند",
    "{name} equals the target {target}; leave it out unless it is known beforehand.": (
        "{name} با هدف {target} برابر است؛ اگر از پیش دانسته نیست، آن را کنار بگذارید."
    ),
    "{name} + {other} is exactly the target {target}; leave them out unless they are known beforehand.": (
        "مجموع {name} و {other} درست همان هدف {target} است؛ اگر از پیش دانسته نیستند، آن‌ها را کنار بگذارید."
    ),
    "{name} alone nearly determines the target {target} (rank correlation {number}); leave it out unless it is "
    "known beforehand.": (
        "{name} به‌تنهایی هدف {target} را تقریباً تعیین می‌کند (همبستگی رتبه‌ای {number})؛ اگر از پیش دانسته نیست، "
        "آن را کنار بگذارید."
    ),
    "{name} tells the target {target} one to one; leave it out unless it is known beforehand.": (
        "{name} هدف {target} را یک‌به‌یک می‌گوید؛ اگر از پیش دانسته نیست، آن را کنار بگذارید."
    ),
}

_FACT_WORDS = {
    "at the start of the training": "در آغاز آموزش",
    "at the end of the training": "در پایان آموزش",
    "effective": "مؤثر",
    "trained": "آموزش‌دیده",
    "the prediction": "پیش‌بینی",
    ", most often in {name}": "، بیشتر در {name}",
    "Class {names} is": "رده‌ی {names}",
    "Classes {names} are": "رده‌های {names}",
    "too sure of itself": "بیش از حد از خود مطمئن است",
    "less sure than it might be": "کمتر از آنچه می‌توانست مطمئن است",
}

_THRESHOLDS = {
    "most of the layer": "بیشتر لایه",
    "ten times what the usual initial weights show": "ده برابر آنچه وزن‌های آغازین معمول نشان می‌دهند",
    "a thousandth of the fastest layer": "یک‌هزارم تندترین لایه",
    "β is estimated from N − γ rows (MacKay 1992)": (
        "\u2066β\u2069 از \u2066N − γ\u2069 سطر برآورد می‌شود (\u2066MacKay 1992\u2069)"
    ),
    "5 % of the rows, each hardly expected once": "۵٪ سطرها، که هر یک به‌سختی یک بار انتظار می‌رود",
    "a tenth of the range beyond the training rows": "یک‌دهم دامنه بیرون از سطرهای آموزشی",
    "half of the variance": "نیمی از واریانس",
    "half of the rows": "نیمی از سطرها",
    "rank correlation with the target": "همبستگی رتبه‌ای با هدف",
    "one Normal value in two million": "یک مقدار نرمال از دو میلیون",
    "binomial test of 95 %": "آزمون دوجمله‌ای ۹۵٪",
    "held-out rows of the class": "سطر کنارگذاشته از آن رده",
    "its distribution under true probabilities": "توزیع آن اگر احتمال‌ها درست بودند",
    "at usual rates the median is 0 or less": "با نرخ‌های معمول میانه صفر یا کمتر است",
    "a converging cost falls fast first": "هزینه‌ی همگرا نخست تند فرو می‌افتد",
    "as much as was gained at all": "به اندازه‌ی همه‌ی آنچه به دست آمد",
    "a quarter of the run": "یک‌چهارم اجرا",
    "a negative eigenvalue": "یک مقدار ویژه‌ی منفی",
    "a medium effect ({reference})": "اثری میانه ({reference})",
}

_LAYERS = {
    "{what}, {number} parameters": "{what}، {number} پارامتر",
    "{what}, the parameters of {name}": "{what}، پارامترهای {name}",
    "{number_i} → leaves out {number_r} in training": "از {number_i} ورودی در آموزش سهم {number_r} را کنار می‌گذارد",
    "{number_i} → adds noise of {number_d} in training": "به {number_i} ورودی در آموزش نوفه‌ی {number_d} می‌افزاید",
    "{number_i} → {number_b} bins beside {number_c} columns": "{number_c} ستون، و در کنار آن‌ها {number_b} بازه",
}

RETELLINGS: dict[str, str] = {**_RECIPES, **_REASONS, **_TABLES, **_FACT_WORDS, **_THRESHOLDS, **_LAYERS}
"""English template to Persian template, the more particular ones first."""
