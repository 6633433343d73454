"""The blueprint of the web knowledge base; every module of routes hangs its own onto it."""

from flask import Blueprint

blueprint = Blueprint("web", __name__, template_folder="templates")
