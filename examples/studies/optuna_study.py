"""An Optuna study: most multiply-accumulates of a MobileNetV2 under a latency limit.

    python examples/studies/optuna_study.py [--trials 200]

Macs stand for accuracy here; put a trained proxy in their place. The latency is a constraint that
Optuna's sampler knows, so it learns where the limit lies. Needs `pip install costlint[search]`.
"""

from __future__ import annotations

import argparse
from typing import Any

import costlint

NETWORK = "mobilenet_v2_1.0"
DEVICE = "snapdragon810-neon-1t"


def study(trials: int, limit: float, seed: int = 0) -> Any:
    """The finished study; `limit` is a share of today's latency."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = costlint.parametrize(costlint.example(NETWORK, weights=False), free=("widths",))
    evaluate = space.compile(DEVICE)
    limit_s = limit * float(evaluate().latency_s[0])

    def macs(trial: optuna.Trial) -> float:
        design = {
            name: trial.suggest_int(name, low, high, step=step)
            for name, (low, high, step) in space.bounds.items()
        }
        found = evaluate(design)
        trial.set_user_attr("over_s", float(found.latency_s[0]) - limit_s)
        return float(found.macs[0])

    sampler = optuna.samplers.TPESampler(
        seed=seed, constraints_func=lambda trial: (trial.user_attrs["over_s"],)
    )
    made = optuna.create_study(direction="maximize", sampler=sampler)
    quarter = {name: low for name, (low, _, _) in space.bounds.items()}
    made.enqueue_trial(quarter)  # one design under the limit to begin with
    made.optimize(macs, n_trials=trials)
    return made


def main() -> None:
    """Run the study and print its best design under the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--limit", type=float, default=0.8, help="share of today's latency")
    options = parser.parse_args()
    done = study(options.trials, options.limit)
    under = [trial for trial in done.trials if trial.user_attrs["over_s"] <= 0]
    best = max(under, key=lambda trial: trial.value)
    print(f"{len(under)} of {len(done.trials)} trials are under the limit")
    print(f"best of them: {best.value / 1e6:.0f} MMACs")


if __name__ == "__main__":
    main()
