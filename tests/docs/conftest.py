"""Assertions of the reader tell what they compared."""

import pytest

pytest.register_assert_rewrite("tests.docs.reading")
