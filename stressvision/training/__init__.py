"""Production of the expression model: prepared pictures, a small network, training, calibration, export, evaluation.

Nothing here is imported at run time; the wrapper of the finished model is `stressvision.vision.expression`.
"""
