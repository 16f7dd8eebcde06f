"""Turns results into what people read: charts, tables, words. Nothing here computes a verdict."""
