/*
** What is left of a response that the parser refuses, and whether the bytes
** behind it can be trusted.
**
** A server copies what it finds in mail into its responses, and some do it
** badly (QUIRKS 57).  Where only the content of a response is wrong the next
** one begins behind its end all the same.  Where the end itself is in doubt,
** bytes of a message may come next, and none of them may be taken for what
** the server says: then the connection has to end.
**
** The end is in doubt if a line ends within quotes (a line break of a message
** was copied, or a quote: nobody can tell which), if a literal stands where
** none can, or something follows one that cannot, as if it was miscounted,
** and if FETCH does not end with its parenthesis.
**
** Only responses that answer a command, and that none but it needs, may be
** broken: FETCH, LIST, SEARCH and their like.  Completions, "+", status
** responses, and what says how the mailbox or the connection has changed, are
** what the grammar has, or the connection ends.
*/
#ifndef sat_imap_broken_h
#define sat_imap_broken_h

#include "wire/imap_response.h"

/* As sat_imap_parse, for the bytes that the splitter has found.  A response
** that is refused is of type SAT_IMAP_BROKEN if the connection may go on.  If
** not the result is -1 with the error set, and the type is SAT_IMAP_BROKEN
** where it is known which response that was. */
int sat_imap_read(const void *p, size_t n,
                  const struct sat_imap_options *options,
                  struct sat_arena *arena, struct sat_error *err,
                  struct sat_imap_response *response_r);

/* Reads what can be read of a response, of which n bytes are there: false if
** it is none of those that may be broken.  'why' is what is wrong with it. */
bool sat_imap_salvage(const void *p, size_t n,
                      const struct sat_imap_options *options,
                      struct sat_arena *arena, const struct sat_error *why,
                      struct sat_imap_response *response_r);

#endif
