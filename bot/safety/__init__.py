"""What belongs to the reader of texts beside reading: its training, its figures, and the layer that goes by meaning."""

import os

# numpy reads these as it is loaded, by a module of ours or not. A sentence is small: further threads only wait.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
