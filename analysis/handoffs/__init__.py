"""Handing over: do both departments keep their word?"""
