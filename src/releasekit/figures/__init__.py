"""Figures: release curves with bands, the ledger, the front of a search.

A figure is a matplotlib ``Figure`` that knows nothing of pyplot; the numbers it shows hang on it
as the table ``figure.numbers``. Every series differs by its line style, marker or hatching too,
so that a figure survives a greyscale printer. matplotlib is loaded by the first figure.
"""

from releasekit.figures.curves import plot as plot
from releasekit.figures.front import plot_pareto as plot_pareto
from releasekit.figures.ledger import plot_ledger as plot_ledger
from releasekit.figures.looks import save_figure as save_figure
