/*
** Unstructured header values as UTF-8: encoded words (RFC 2047) decoded, and
** everything that mailers take for encoded words: adjacent words whose
** charset is the same are one text, so that a character or a base64 group
** may be split between them; spaces within a word, a word without white
** space around it and a last word that is cut off are read.  Bytes above
** 0x7f are UTF-8 if they are that, else in the charset given.
**
** Line ends and NUL never come out: folding becomes a space.
*/
#ifndef sat_mime_word_h
#define sat_mime_word_h

#include "format/mime_charset.h"

/* Appends the text of a value, without white space at its ends. */
void sat_word_decode(struct sat_charsets *c, struct sat_buf *out,
                     struct sat_slice value, struct sat_slice charset);

/* The length of the encoded word at s (which begins "=?"), or 0: none.
** Strict: no space in it. */
size_t sat_word_length(struct sat_slice s);

#endif
