"""The runner: what is executed inside the child, by the interpreter under test.

A foreign country. The folder is started by path (``PYTHON -I .../conclab/runner``) by any Python from 3.9 on, so everything
here is standard library and syntax of that version, modules import each other by bare name (this folder is the first entry of
``sys.path``), and none is called like a module of the standard library. The rest of conclab reads two files of it as a
package: ``wire`` (the event format) and ``registry`` (what executors and workloads there are).
"""
