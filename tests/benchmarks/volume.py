"""One installation with so many generated ratings: a child process that times what its parent asks for.

``python -m tests.benchmarks.volume RATINGS`` says ``ready`` and then answers each line with one line of JSON:
``page`` with the seconds of a dyad's page, ``size`` with counts, the name of a job with its seconds and peak
memory, taken in a fresh process (``--job NAME`` on the same data).
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from tests.installation import throwaway_installation

SEED = 1
READY = "ready"


def job_tier_a() -> None:
    """Load all ratings and score every dyad by tier A."""
    import numpy as np

    from assessments import scorecards
    from assessments.joint import released_inputs
    from assessments.models import Framework
    from assessments.scoring.bulk import posteriors, weights
    from assessments.scoring.inputs import LEVELS

    inputs = released_inputs(Framework.objects.asking().get())
    for level in LEVELS:
        layout, answers, dyads, _assessors = inputs.answers(level)
        calibration = scorecards.calibration_record(inputs.calibration).levels[level]
        mu = np.array([calibration.mean_of(code) for code in layout.indicators])
        solved = posteriors(answers.counted(layout), len(dyads), mu, calibration)
        mean, _variance = solved.figures(weights(answers, layout), calibration)
        assert np.isfinite(mean).any()


def job_tier_b() -> None:
    """Load all ratings, estimate variance components and fit all dyads jointly (tier B)."""
    from assessments.joint import released_inputs
    from assessments.models import Framework
    from assessments.scoring.calibration import Sample, calibrate_level
    from assessments.scoring.inputs import LEVELS
    from assessments.scoring.tier_b import fit

    inputs = released_inputs(Framework.objects.asking().get())
    for level in LEVELS:
        layout, answers, _dyads, _assessors = inputs.answers(level)
        used = answers.counted(layout)
        free = used.only(used.conflict == 0)
        sample = Sample(free.dyad, free.case, free.assessor, free.indicator, free.score.astype("int64"))
        calibration = calibrate_level(layout.indicators, sample)
        assert len(fit(used, calibration.components).severity)


def job_joint_fit() -> None:
    """The whole background job, from asking to results stored with their histories."""
    from django.utils import timezone

    from assessments.actions.joint_fits import request_nightly_joint_fits, run_joint_fit
    from assessments.models import Framework

    request_nightly_joint_fits(at=timezone.now())
    assert run_joint_fit(framework=Framework.objects.asking().get(), clock=timezone.now) is not None


JOBS: dict[str, Callable[[], None]] = {
    "tier A": job_tier_a,
    "components and tier B": job_tier_b,
    "joint fit as job": job_joint_fit,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("ratings", type=int, nargs="?", default=0)
    parser.add_argument("--job", choices=JOBS)
    options = parser.parse_args()
    if options.job:
        _do(options.job)
    else:
        _serve(options.ratings)


def _do(job: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    before = _peak()
    start = time.perf_counter()
    JOBS[job]()
    taken = time.perf_counter() - start
    print(json.dumps({"seconds": taken, "peak": _peak(), "before": before}))


def _peak() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _serve(ratings: int) -> None:
    with throwaway_installation():
        from tests.benchmarks.generated import GeneratedWork

        work = GeneratedWork(ratings, SEED)
        _say(READY)
        for line in sys.stdin:
            asked = line.strip()
            if asked == "page":
                _say(json.dumps(work.page()))
            elif asked == "size":
                _say(json.dumps(work.size()))
            else:
                command = [sys.executable, "-m", "tests.benchmarks.volume", "--job", asked]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                _say(done.stdout.strip().splitlines()[-1])


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
