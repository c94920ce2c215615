"""The pictures of README and docs, taken anew: `python -m tests.browser.pictures [FOLDER]`, docs/images by default."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from cds_service.samples import load_samples
from cds_service.samples.requests import order_sign_request
from cds_service.service import Service
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.reviewed_service import PASSWORD, REVIEWER, reviewed_service
from tests.browser.watching import Watched, log_in
