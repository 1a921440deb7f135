"""Makes Fixtures/formats/layer{1,2}_float32_mom2_100000.npz: statistics in the form of the MEMIT authors' program.

Needs numpy, in a virtual environment outside the repository:

  python3 -m venv VENV && VENV/bin/pip install numpy==2.4.6
  VENV/bin/python Tests/Interop/make_moments_golden.py

Their program saves numpy.savez(file, **state) with the state of a SecondMoment under the prefix "mom2.", the names
of the classes that read it, and the sample size. The sums here are whole numbers that a test can write down again.
"""

import pathlib

import numpy

ORDER = 88
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Fixtures/formats"


def sums(layer):
    rows, columns = numpy.indices((ORDER, ORDER))
    beside = (rows + columns) * (layer + 1) % 97
    return numpy.where(rows == columns, 5000 + (rows * 7 + layer) % 1000, beside)


for layer in (1, 2):
    numpy.savez(
        FOLDER / f"layer{layer}_float32_mom2_100000.npz",
        **{
            "constructor": "util.runningstats.CombinedStat()",
            "mom2.constructor": "util.runningstats.SecondMoment()",
            "mom2.count": 100_000 + layer,
            "mom2.mom2": sums(layer).astype(numpy.float32),
            "sample_size": 100_000,
        },
    )
