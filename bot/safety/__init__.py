"""What belongs to the reader of texts beside reading: its training, its figures, and the layer that goes by meaning."""
