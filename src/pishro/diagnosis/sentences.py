"""The phrases of the facts and of the certificate, by key, in English; another language is another such table.

A phrase is a `str.format` template over the values of its fact.
"""

__all__ = ["PHRASES"]

_UNITS = {
    "saturated": "{share:.0%} of the activations in {layer} are saturated: for those inputs its parameters hardly "
    "move.",
    "saturated.remedy": "Scale the inputs, start from smaller weights, or use weight decay.",
    "dead": "{share:.0%} of the units of {layer} are dead: no training row activates them, so they never learn.",
    "dead.remedy": "Lower the rate, start biases above zero, or use a leaky ReLU.",
    "vanishing": "Gradients vanish on the way back {when}: at {first} they are {ratio:.1e} times as large as at "
    "{last}, "
    "so the early layers learn slowly.",
    "vanishing.remedy": "Use fewer layers, skip connections, ReLU, or the usual initial weights.",
    "exploding": "Gradients explode on the way back {when}: at {first} they are {ratio:.1e} times as large as at "
    "{last}.",
    "exploding.remedy": "Start from smaller weights, clip the gradient, or normalize the layers.",
    "stalled": "{layers} hardly learned: per iteration parameters changed by {ratio:.1e} of their size at most, those "
    "of {best} by {most:.1e}.",
    "stalled.remedy": "Look for saturation and vanishing gradients, and scale the inputs.",
}

_PARAMETERS = {
    "effective": "{gamma:,.1f} of {parameters:,} parameters are effective; {ratio:.1f} training values for each of "
    "them.",
    "sizes": "{parameters:,} parameters on {rows:,} training values; how many are effective was not measured.",
    "few-rows": "There are only {ratio:.2f} training values for each {kind} parameter ({rows:,} for {count:.0f}).",
    "few-rows.remedy": "Gather more rows, use fewer units, or let evidence choose the weight decay.",
    "conditioning": "The rows determine {rank:,} of {parameters:,} directions of the parameters (numerical rank of the "
    "Jacobian; its condition number is {condition:.1e}): the rest is left to the prior and the start.",
    "redundant": "The Jacobian has numerical rank {rank:,}, but {parameters:,} parameters are trained without a prior: "
    "{missing:,} directions are not determined by the rows.",
    "redundant.remedy": "Use fewer units, drop columns that repeat others, or add weight decay.",
    "ill-conditioned": "The posterior's correlation matrix has condition number {condition:.1e}: few of 16 digits are "
    "left.",
    "ill-conditioned.remedy": "Drop columns that nearly repeat others, or strengthen the prior.",
}

_ROWS = {
    "over-fitting": "Over-fitting: the held-out error is {ratio:.1f} times the training error (95 % interval {low:.1f} "
    "to {high:.1f}), where {expected:.1f} would be usual for this many parameters.",
    "over-fitting.remedy": "Use fewer units, more weight decay or early stopping, or gather more rows.",
    "over-fitting-classes": "Over-fitting: the held-out log-loss is {gap:.2f} ± {error:.2f} nats above the training "
    "log-loss of {train:.2f}.",
    "over-fitting-classes.remedy": "Use fewer units, more weight decay or early stopping, or gather more rows.",
    "duplicates": "{share:.0%} of the held-out rows ({count:,}) stand among the training rows too: the score flatters.",
    "duplicates.remedy": "Remove repeated rows, or keep copies on one side of the split.",
    "extrapolation": "{share:.0%} of the held-out rows lie outside what the training rows cover{where}.",
    "extrapolation.remedy": "Do not trust predictions there; train on rows from that region.",
    "leak": "{sentence}",
    "leak.remedy": "A score that rests on it will not be met in use.",
    "disagreement": "The members disagree: the spread between them is {share:.0%} of the predicted variance.",
    "disagreement.remedy": "Train more members, use smaller networks, or gather more rows.",
    "disagreement-classes": "The members disagree: on {share:.0%} of the held-out rows a member votes against the "
    "rest.",
    "disagreement-classes.remedy": "Train more members, use smaller networks, or gather more rows.",
}

_RESIDUALS = {
    "non-normal": "Held-out residuals do not follow the predicted distribution: skewness {skewness:.2f}, excess "
    "kurtosis {kurtosis:.2f} (p = {p:.0e}).",
    "non-normal.remedy": 'Try another likelihood, such as "student-t" for heavy tails, or a logarithm of the target.',
    "spread": "The size of held-out residuals varies with {name} (explains {effect:.0%} of their ranks, p = {p:.0e}): "
    "intervals are too wide in places and too narrow in others.",
    "spread.remedy": "Predict the noise as well (a heteroscedastic likelihood), or transform the target.",
    "autocorrelation": "Held-out residuals of neighboring rows are alike (correlation {correlation:.2f}, p = {p:.0e}): "
    "the order of the rows, often time, tells more than the inputs do.",
    "autocorrelation.remedy": "Add time or past values as inputs, and hold out the last rows instead of random ones.",
    "trend": "Held-out residuals still depend on {name} (explains {effect:.0%} of their ranks, p = {p:.0e}).",
    "trend.remedy": "Give the network more units or more training, or transform this input.",
    "outliers": "Held-out rows {size:.0f} or more predicted standard deviations off: {count:,}, the farthest at "
    "place {row:,} among them.",
    "outliers.remedy": 'Check these rows; if they are right, use a heavy-tailed likelihood such as "student-t".',
    "influential": "Training rows that pull the fit on their own: {count:,} (Cook's distance up to {distance:.1f}), "
    "the "
    "strongest at "
    "place {row:,} among them.",
    "influential.remedy": "Check these rows, and see whether the fit stands without them.",
    "coverage": "95 % intervals hold {coverage:.0%} of the held-out values (p = {p:.0e}).",
    "coverage.remedy": "Recalibrate the noise on held-out rows, or choose a likelihood that fits the residuals.",
    "never-predicted": "{classes} never predicted, though {count:,} held-out rows have it.",
    "never-predicted.remedy": "Weight the classes, gather more rows of the rare ones, or decide by probability.",
    "miscalibration": "Probabilities are off by {error:.1%} on average (expected calibration error; {noise:.1%} would "
    "be "
    "chance): the network is {direction}.",
    "miscalibration.remedy": "Recalibrate on held-out rows, use more weight decay, or train more members.",
}

_COURSE = {
    "rate-too-high": "The rate is too high: in {share:.0%} of the epochs the cost was lower in the middle of the step "
    "than at either end, by {depth:.0%} in the median.",
    "rate-too-high.remedy": "Lower the rate by a factor of 3 to 10.",
    "rate-too-low": "The rate is too low: the cost falls along a straight line and had only fallen by {share:.1%}.",
    "rate-too-low.remedy": "Raise the rate by a factor of 3 to 10, or train longer.",
    "oscillation": "The cost oscillates: in the second half of the run its rises add up to {ratio:.1f} times its fall "
    "over the whole run.",
    "oscillation.remedy": "Lower the rate, let it decay, or use larger mini-batches.",
    "plateau": "The cost stood still for {length:,} of {iterations:,} iterations before it fell on: a plateau, often "
    "near a saddle.",
    "plateau.remedy": "Start from larger weights, use momentum, or a second-order method.",
    "diverged": "The cost stopped being finite.",
    "diverged.remedy": "Lower the rate, clip the gradient, or scale the inputs.",
    "saddle": "The point reached is a saddle: the cost falls along a direction of curvature {curvature:.2g}.",
    "saddle.remedy": "Step along the escape direction and train on.",
}

_DIAGNOSIS = {
    "diagnosis.healthy": "Nothing speaks against this network ({checks} checks).",
    "diagnosis.one": "1 of {checks} checks found something:",
    "diagnosis.several": "{faults} findings from {checks} checks:",
}

_CERTIFICATE = {
    "certificate.point": "Member {member} of {members}: gradient norm {gradient:.2g} (largest entry {largest:.2g}) at "
    "cost {value:.6g} over {rows:,} rows.",
    "certificate.hessian": "Eigenvalues of the Hessian from {low:.3g} to {high:.3g}; of the Gauss-Newton matrix from "
    "{gauss_low:.3g} to {gauss_high:.3g}.",
    "certificate.ends": "They were estimated by Lanczos's method from matrix-vector products.",
    "certificate.flat": "{flat} flat directions, {symmetric} of them by scaling symmetry (one for each ReLU-like "
    "unit).",
    "certificate.isolated": "Sign flips and permutations of the hidden units give at least {points} equal "
    "points; they lie apart and make no direction flat.",
    "certificate.minimum": "Verdict: strict local minimum; every curvature is positive.",
    "certificate.minimum-symmetry": "Verdict: strict local minimum but for the scaling symmetry, which changes nothing "
    "that is computed.",
    "certificate.degenerate": "Verdict: degenerate; {flat} curvatures are zero to the accuracy at hand, so second "
    "derivatives cannot tell a minimum from a saddle.",
    "certificate.saddle": "Verdict: saddle; the curvature is {curvature:.3g} along the escape direction, and one step "
    "along it lowers the cost by {gain:.3g}.",
    "certificate.maximum": "Verdict: local maximum.",
    "certificate.not-stationary": "Verdict: not stationary; the gradient has not vanished, and one more step would "
    "lower the cost by about {promise:.2g}.",
    "certificate.ahead-minimum": "Verdict: not stationary; a longer training would lower the cost by {fall:.2g} in "
    "{steps} more steps and end in a strict local minimum.",
    "certificate.ahead-degenerate": "Verdict: not stationary; a longer training would lower the cost by {fall:.2g} in "
    "{steps} more steps and end in a valley with {flat} flat directions.",
    "certificate.ahead-saddle": "Verdict: not stationary; a longer training would lower the cost by {fall:.2g} in "
    "{steps} more steps and end at a saddle.",
    "certificate.falling": "Verdict: not stationary; in {steps} more steps the cost fell by {fall:.2g} and had not "
    "come to rest.",
    "certificate.near": "That point lies {steps} steps farther on; there the cost is lower by {fall:.1g}, which no one "
    "can tell from none.",
    "certificate.moving": "By then the predictions for the training rows had moved by {shift:.1%} of their noise, and "
    "where they end is not known: train longer and see whether the score gains.",
    "certificate.seen": "There the predictions for the training rows differ by {shift:.0%} of their noise: train "
    "longer and see whether the score gains.",
    "certificate.unseen": "There the predictions for the training rows differ by {shift:.1%} of their noise, which no "
    "score would show: leave it at that.",
    "certificate.evidence": "Evidence ends a training when the evidence for the model has settled, which is often "
    "before the cost has come to rest.",
    "certificate.stopped": "Verdict: not a stationary point of the training cost, on purpose: training was stopped "
    "where "
    "the cost on rows kept from the gradient was least, before the network fits the noise of the training rows.",
    "certificate.descent": "The curvature is negative in some directions, so this is no minimum's neighborhood yet.",
    "certificate.constrained": "Verdict: held by constraints, where the gradient of the cost need not vanish.",
    "certificate.kkt": "What has to vanish there are the residuals of the conditions of optimality. {kkt}",
}

PHRASES: dict[str, str] = {
    **{f"fact.{key}": text for part in (_UNITS, _PARAMETERS, _ROWS, _RESIDUALS, _COURSE) for key, text in part.items()},
    **_DIAGNOSIS,
    **_CERTIFICATE,
}
"""Template of each phrase by its key."""
