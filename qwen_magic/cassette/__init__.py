"""Cassettes: a lesson recorded once, with a key, and replayed by everyone without key or network.

    %config QwenMagics.record = "lesson.jsonl"     # the teacher, once
    %config QwenMagics.replay = "lesson.jsonl"     # the class, and CI

or, in Python, `Session(Settings(replay="lesson.jsonl"))`.

While recording, questions are answered as ever, and each exchange is added to the file as it
happens: the request's method, path and body, then the answer's status and bytes, with their times.
Recording into a file that exists goes on at its end; to begin anew, delete the file. One question at
a time is recorded into a file: another kernel's waits a moment, then is refused.

Keys and headers of a request are never written. What lets a tool in elsewhere (an MCP server's
headers, the query of its address) is left out, also where an answer repeats it. Questions, answers
and what functions returned are written as they are.

While replaying, nothing touches the network and no key is needed. Answers come in the recorded
rhythm, or faster (`replay_speed`; where nobody watches, at once). A question is found by its whole
request, the model, tools and instructions included; `matching` says what may differ. One that was
never recorded is a `CassetteError`, which shows the nearest that was. Errors that were recorded
are replayed too. Replayed turns have chains of their own.

`tape` describes the file, which is text: one JSON object a line.
"""
