"""Part of the TensorFlow stand-in."""
