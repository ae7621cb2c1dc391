"""What stands between the network and the chat: who is let in, what they may send, and what is told about it.

Nothing here imports Gradio. `guard` is in front of every route; `server` listens.
"""
