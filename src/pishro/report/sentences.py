"""Every sentence of the report, in one place, so that another language is one more catalog.

A phrase is a `str.format` template. The values put into it are never read as templates, so a column may be named
"{0}" without harm. Countable nouns have two phrases, ``….one`` and ``….other``.
"""

__all__ = ["ENGLISH", "Catalog"]

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Catalog:
    """The phrases of one language.

    Attributes
    ----------
    language : BCP 47 tag, such as "en" or "fa".
    direction : "ltr" or "rtl".
    phrases : template of each phrase by its key.
    """

    language: str
    direction: str
    phrases: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """The phrase `key` with `values` put in."""
        return self.phrases[key].format(**values)

    def count(self, noun: str, number: int) -> str:
        """A number and its noun: "1 row", "1,200 rows"."""
        return self.say(f"{noun}.one" if number == 1 else f"{noun}.other", n=f"{number:,}")

    def name(self, group: str, word: str) -> str:
        """The phrase ``group.word``, or `word` itself where the catalog has none."""
        return self.phrases.get(f"{group}.{word}", word)


_NOUNS = {
    "row.one": "{n} row",
    "row.other": "{n} rows",
    "held_out.one": "{n} held-out row",
    "held_out.other": "{n} held-out rows",
    "training_row.one": "{n} training row",
    "training_row.other": "{n} training rows",
    "column.one": "{n} input column",
    "column.other": "{n} input columns",
    "left_out_column.one": "{n} column left out",
    "left_out_column.other": "{n} columns left out",
    "network.one": "{n} network",
    "network.other": "{n} networks",
    "parameter.one": "{n} parameter",
    "parameter.other": "{n} parameters",
    "iteration.one": "{n} iteration",
    "iteration.other": "{n} iterations",
    "epoch.one": "{n} epoch",
    "epoch.other": "{n} epochs",
    "thread.one": "{n} thread",
    "thread.other": "{n} threads",
    "point.one": "{n} percentage point",
    "point.other": "{n} percentage points",
    "baseline.mean": "the training mean",
    "baseline.median": "the training median",
    "baseline.majority": "the most frequent class",
    "baseline.linear": "a linear model",
    "baseline.logistic": "a logistic regression",
    "task.regression": "regression",
    "task.classification": "classification",
}

_HEADINGS = {
    "title": "{name}: report",
    "eyebrow": "pishro report · {task} of {target}",
    "heading.answer": "The answer",
    "heading.scores": "Scores on held-out rows",
    "heading.next": "What to do next",
    "heading.data": "The data",
    "heading.network": "The network",
    "heading.training": "The training",
    "heading.predictions": "The predictions",
    "heading.repeat": "Repeat this run",
    "heading.columns": "Columns used",
    "heading.left_out": "Columns left out",
    "heading.notes": "Before you trust it",
    "heading.reading": "How the table was read",
    "heading.versions": "Versions",
    "nav.answer": "Answer",
    "nav.next": "Next",
    "nav.data": "Data",
    "nav.network": "Network",
    "nav.training": "Training",
    "nav.predictions": "Predictions",
    "nav.repeat": "Repeat",
    "table.model": "this model",
    "table.metric": "metric",
    "table.column": "column",
    "table.kind": "kind",
    "table.note": "note",
    "table.reason": "reason",
    "table.caption": "Each value with its 95 % bootstrap interval below it. {arrows}",
    "table.lower": "lower is better",
    "table.higher": "higher is better",
    "table.aim": "should be {aim}",
    "table.arrows": "↓ lower is better, ↑ higher is better.",
    "table.more": "and {columns} more, not listed here.",
    "undefined": "not defined",
}

_ANSWER = {
    "answer.predicts": "This model predicts {target} from {columns}.",
    "answer.headline": "On {rows} that it never saw, its {metric} is {value} (95 % interval {interval}).",
    "answer.headline_bare": "On {rows} that it never saw, its {metric} is {value}.",
    "answer.no_baseline": "No baseline was measured, so it is not known whether a simpler model does as well.",
    "answer.clear": "That is {gain} better than the best baseline, {baseline} ({value}), "
    "and the two 95 % intervals do not overlap.",
    "answer.likely": "That is {gain} better than the best baseline, {baseline} ({value}), "
    "but the two 95 % intervals overlap: the gain is likely, not certain.",
    "answer.tie": "The best baseline, {baseline}, reaches {value}: on these rows the two cannot be told apart.",
    "answer.worse": "That is {gain} worse than the best baseline, {baseline} ({value}).",
    "answer.coverage_good": "Its 95 % intervals hold {value} of the held-out values, as they should.",
    "answer.coverage_narrow": "Its 95 % intervals hold only {value} of the held-out values: they are too narrow.",
    "answer.coverage_wide": "Its 95 % intervals hold {value} of the held-out values: they are wider than needed.",
    "verdict.clear": "better than every baseline",
    "verdict.likely": "probably better than the baselines",
    "verdict.tie": "no better than a baseline",
    "verdict.worse": "worse than a baseline",
    "verdict.none": "no baseline to compare with",
    "tile.baseline": "best baseline: {baseline}",
    "tile.coverage": "coverage of 95 % intervals",
    "tile.interval": "95 % interval {interval}",
    "tile.rows": "held-out rows",
    "tile.of_rows": "{n} trained on",
    "advice.use_baseline": "Prefer {baseline}: it is simpler and the network is not better on these rows. Come back "
    "to the network with more rows or with columns that say more about {target}.",
    "advice.more_held_out": "Hold out more rows or cross-validate: with {rows} the scores are only known roughly.",
    "advice.settle": "To settle whether the network beats {baseline}, cross-validate or hold out more rows.",
    "advice.narrow": "Do not rely on the 95 % intervals yet: they hold too few of the held-out values. Look for "
    "groups of rows that differ from the training rows, and for noise that grows with the prediction.",
    "advice.wide": "The 95 % intervals are safe but wide; noise that differs between rows is a usual reason. "
    "See the residuals against the predictions.",
    "advice.larger": "{effective} of {parameters} parameters are effective: a larger network may fit better.",
    "advice.smaller": "Only {effective} of {parameters} parameters are effective: a smaller network may do as well.",
    "advice.never": "The model never predicts {classes}. Weight the classes or gather more rows of the rare ones.",
    "advice.left_out": "Check the list of columns left out: bring back any that is known when you predict.",
    "advice.good": "Nothing here speaks against using the model on rows like these. Check it again when the source "
    "of the data changes.",
}

_STORY = {
    "data.rows": "{train} and {test}; {columns}.",
    "training.size": "{networks} of {parameters}, {rows}: {iterations} in {seconds} with {threads}.",
    "training.effective": "{effective} of {parameters} parameters are effective on average (γ, MacKay 1992).",
    "training.noise": "Estimated noise: {noise} standard deviations of the target.",
    "training.reasons": "Why it stopped",
    "training.reason": "{members}: {reason}",
    "training.method": "Method",
    "training.seed": "Seed",
    "training.no_curves": "This run left no curves.",
    "predictions.none": "There are too few held-out rows for figures.",
    "repeat.lead": "Seed {seed}. The same versions and the same number of threads give the same numbers.",
    "seconds": "{seconds} s",
}

_CAPTIONS = {
    "figure.scores": "The model and each baseline: {metric} with its 95 % bootstrap interval.",
    "figure.cost": "Regularized cost per training row, from {first} to {last}. Noise and weight decay are "
    "re-estimated on the way, so it settles near one half and falls only in between.",
    "figure.mini_batch_cost": "Cost per training row, mean over the mini-batches of an epoch, from {first} to {last}.",
    "figure.validation": "Cost per row kept from the gradient, from {first} to {last}; the weights of its lowest "
    "point were kept.",
    "figure.gradient": "Gradient norm of the cost; it ends at {last}.",
    "figure.damping": "Levenberg–Marquardt damping λ: small is close to Gauss–Newton, large to gradient descent.",
    "figure.effective": "Effective parameters γ; {last} of {parameters} at the end.",
    "figure.running": "Mean over the networks still running: {first} at the start, {last} at the end.",
    "figure.agreement": "Predicted against actual. {correlation}",
    "figure.agreement_r": "Correlation R = {r}.",
    "figure.agreement_no_r": "The correlation R is not defined because one side is constant.",
    "figure.bars": "{which} 95 % intervals; for {outside} of {rows} the interval misses the actual value (diamonds).",
    "figure.every_bar": "Bars are",
    "figure.some_bars": "Bars, on {shown} evenly chosen rows and on every miss, are",
    "figure.residuals": "Residuals against predictions. A slope or a funnel is structure the model missed.",
    "figure.trend": "The line is the mean of groups of equally many rows.",
    "figure.histogram": "Residuals (actual − predicted): mean {mean}, standard deviation {deviation}.",
    "figure.beyond": "{rows} beyond the axis.",
    "figure.confusion": "Confusion matrix: rows by actual and predicted class; shade is the share of the actual class.",
    "figure.confusion_pairs": "Most frequent confusions: {pairs}.",
    "figure.confusion_pair": "{actual} taken for {predicted} ({n})",
    "figure.confusion_others": "The rarest {n} classes are shown together.",
    "figure.reliability": "Calibration of the probability of {name}: points on the diagonal keep their word. "
    "Bars are 95 % intervals.",
    "figure.reliability_top": "Calibration of the predicted class's probability: points on the diagonal keep their "
    "word. Bars are 95 % intervals.",
    "figure.roc": "ROC curve for {name}: area {area}.",
    "figure.thinned": "Drawn: {shown} of {rows} rows, evenly chosen.",
    "axis.iteration": "iteration",
    "axis.epoch": "epoch",
    "axis.cost": "cost (nats per row)",
    "axis.mini_batch_cost": "cost (nats per row)",
    "axis.validation": "validation cost (nats per row)",
    "axis.gradient": "gradient norm ‖g‖",
    "axis.damping": "damping λ",
    "axis.effective": "effective parameters γ",
    "axis.parameters": "P = {n}",
    "axis.actual": "actual {target}",
    "axis.predicted": "predicted {target}",
    "axis.residual": "residual of {target}",
    "axis.rows": "rows",
    "axis.class_actual": "actual class",
    "axis.class_predicted": "predicted class",
    "axis.probability": "predicted probability",
    "axis.frequency": "observed frequency",
    "axis.false_positive": "false positive rate",
    "axis.true_positive": "true positive rate",
    "axis.others": "all others",
}

ENGLISH = Catalog("en", "ltr", {**_NOUNS, **_HEADINGS, **_ANSWER, **_STORY, **_CAPTIONS})
