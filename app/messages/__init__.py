"""Hostile text in messages of chat services: cut to size and made harmless, each service by rules of its own.

text    what all of them need      slack  mattermost  feishu  dingtalk    what a service would take for more than text

Nothing here knows what a message says. Escaping is the last step: what comes out of it is put into a message as it is.
"""
