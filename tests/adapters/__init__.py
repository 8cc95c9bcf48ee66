"""Tests of the platforms, and the contract that all of them keep."""
