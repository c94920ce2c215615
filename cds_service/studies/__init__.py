"""The studies as data, and what their tables of reduced models are built with; the one room of scikit-learn."""
