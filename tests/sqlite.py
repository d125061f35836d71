"""The SQLite library that the programs use. Two libraries in one process would release each other's file locks."""

try:
    import pysqlite3 as sqlite3
except ImportError:
    import sqlite3

connect = sqlite3.connect
