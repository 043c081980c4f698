"""Tests; a package so that its folders can share builders.py."""
