"""What others say and core hands on: the system, Python about JSON and text, readers of files."""

# Errors of files and memory as the C library words them.
SYSTEM = (
    "Operation not permitted",
    "No such file or directory",
    "Input/output error",
    "Cannot allocate memory",
    "Permission denied",
    "Device or resource busy",
    "File exists",
    "Invalid cross-device link",
    "Not a directory",
    "Is a directory",
    "Invalid argument",
    "Too many open files",
    "Text file busy",
    "File too large",
    "No space left on device",
    "Read-only file system",
    "Too many levels of symbolic links",
    "File name too long",
    "Directory not empty",
    "Disk quota exceeded",
    "Stale file handle",
    "Broken pipe",
    "Resource temporarily unavailable",
    "Bad address",
)
_AT = ": line {0} column {1} (char {2})"
PYTHON = (
    *(
        f"{what}{_AT}"
        for what in (
            "Expecting value",
            "Expecting ',' delimiter",
            "Expecting ':' delimiter",
            "Expecting property name enclosed in double quotes",
            "Illegal trailing comma before end of object",
            "Illegal trailing comma before end of array",
            "Extra data",
            "Unterminated string starting at",
            "Invalid control character at",
            "Invalid \\escape",
        )
    ),
    "maximum recursion depth exceeded while decoding a JSON {0} from a unicode string",
    "field larger than field limit ({0})",
    "[Errno {0}] {1}",
    "[Errno {0}] {1}: {2}",
    "'utf-8' codec can't decode byte {0} in position {1}: invalid start byte",
    "'utf-8' codec can't decode byte {0} in position {1}: invalid continuation byte",
    "'utf-8' codec can't decode byte {0} in position {1}: unexpected end of data",
)
# safetensors and pyarrow about files that they cannot open or write.
LIBRARIES = (
    "Error while serializing: {0}",
    "I/O error: {0}",
    "{0} (os error {1})",
    "invalid header length",
    "Error while deserializing header: {0}",
    "header too small",
    "header too large",
    "invalid JSON in header: {0}",
    "expected value at line {0} column {1}",
    "incomplete metadata, file not fully covered",
    "Parquet file size is {0} bytes",
    "Parquet file size is {0} bytes, smaller than the minimum file footer ({1} bytes)",
    (
        "Parquet magic bytes not found in footer. Either the file is corrupted or this is not a "
        "parquet file."
    ),
)
