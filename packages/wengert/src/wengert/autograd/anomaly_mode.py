"""Anomaly mode, with torch's names."""

from wengert.api.anomaly import detect_anomaly, set_detect_anomaly

__all__ = ["detect_anomaly", "set_detect_anomaly"]
