# SPDX-License-Identifier: EUPL-1.2
"""Times the Python package pyfixest on the panel that twfe_bench --binary FILE writes.

    python3 twfe.py PANEL.bin twfe|twfe-3

Prints the same line as twfe_bench. The estimation is timed, once its compiled
parts are there: a small panel is estimated first. Exit 4 when it is not installed.
"""
import os
import resource
import sys
import time

os.environ.setdefault("NUMBA_NUM_THREADS", "2")
os.environ.setdefault("RAYON_NUM_THREADS", "2")
try:
    import numpy
    import pandas
    import pyfixest
except ImportError:
    sys.exit(4)

path, case = sys.argv[1:3]
rows = os.path.getsize(path) // 48
columns = numpy.memmap(path, dtype=numpy.int64, mode="r", shape=(6, rows))
names = ["unit", "time", "home", "team", "first_treated"]
panel = pandas.DataFrame({name: columns[i].astype(numpy.int32) for i, name in enumerate(names)})
panel["y"] = numpy.array(columns[5]).view(numpy.float64)
panel["d"] = ((panel.first_treated > 0) & (panel.time >= panel.first_treated)).astype(float)
del panel["first_treated"]
formula = "y ~ d | unit + time" + (" + team" if case == "twfe-3" else "")


def estimate(data):
    fit = pyfixest.feols(formula, data, vcov={"CRV1": "home"}, store_data=False, lean=True,
                         copy_data=False)
    return float(fit.coef()["d"]), float(fit.se()["d"])


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


estimate(panel[:24000].copy())
loaded = peak_mb()
started, worked = time.perf_counter(), time.process_time()
effect, error = estimate(panel)
seconds, work = time.perf_counter() - started, time.process_time() - worked
print(f"{case:<8} {rows:9d} rows  {seconds:.3f} s  {work:.3f} s cpu  effect {effect:.9f} "
      f"({error:.9f})  {peak_mb():.0f} MB  {peak_mb() - loaded:.0f} MB own")
