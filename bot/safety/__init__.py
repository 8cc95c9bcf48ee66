"""What belongs to the reader of texts beside reading: its training, its figures, and the layer that goes by meaning."""

import os

for _name in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
):  # numpy reads them as it is loaded, by a module of ours or not
    os.environ.setdefault(_name, "1")  # a sentence is small: further threads only wait for each other
