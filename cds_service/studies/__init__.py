"""The studies as data, and how their reduced models are built, by scikit-learn."""
