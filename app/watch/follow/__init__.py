"""Following files for ever: `app.watch.follow.files.FileInput` and what it is made of.

Rotation. A log is a path; what is read of it is a line of generations, each of which was the file at that path once. A
file is known by device, inode and birth time and by what it holds: its first 1 KiB and the 256 bytes before where it
ended at the last look. Both are compared whenever the file changed, on every open and on every resume, and the bytes
before the offset once more in each read. When another file is at the path the old one is read to its end first, by its
descriptor; it is held for a grace time after its last byte, for a program may write on in a file that was renamed. What
was rotated away between two looks, or while nobody looked, is found beside the log under its rotated name (`PATH.1`,
`PATH-DATE`, also compressed) and read in the order of the rotation. A generation that is gone is looked for in a copy
or a compressed file with the same bytes, and read on there.

Looking. Others go on copying, cutting and renaming meanwhile. So whatever is concluded from the file at the path is
noted in what is known of it, and compared once more at the end: was it cut in between, what was found out is half of
one time and half of another, and is found out again. A file beside the log that may be a copy of it, and still grow,
is looked at whenever the log changed until it is known what it is. Times that are younger than a tick of the clock tell
nothing: what changed a moment ago is looked at once more.

Truncation. A file that holds less, or something else, than at the last look was truncated: what was left of it is read
from the copy beside it, then the file from its first byte, as a new generation. That the file has grown past its old
size meanwhile does not matter.

What can be lost. What was not read yet when a file was truncated without a copy, or when it was deleted before it was
seen or while the watcher was down. Files that are created and deleted between two looks. Of a file that was truncated
and written anew with the very bytes it had, between two looks, the new bytes, unless a copy tells. What is written to a
renamed file after its grace time waits for the next look, and is lost where the file is gone by then. A last line
without a newline waits; once its file was rotated away, at most for the grace time, then it counts as a line. Two
generations with equal bytes that were copied or compressed while the watcher was down may be taken for one another, and
where the ways of rotation change meanwhile (truncated, then renamed and compressed) a generation may be read a second
time, under other ids.
"""
