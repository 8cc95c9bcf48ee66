"""What carries out planned effects and ticks: a door (`base`), and the engine inside the process (`embedded`)."""
