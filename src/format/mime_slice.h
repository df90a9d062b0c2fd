/*
** Runs of bytes of a message that somebody else owns.  Nothing here
** allocates; letters compare without case, as in all of MIME.
*/
#ifndef sat_mime_slice_h
#define sat_mime_slice_h

#include <stdbool.h>
#include <stddef.h>

struct sat_slice {
  const char *p;
  size_t n;
};

struct sat_slice sat_slice_of(const char *s);

/* whether the slice is that word, or begins with it */
bool sat_slice_is(struct sat_slice s, const char *word);
bool sat_slice_begins(struct sat_slice s, const char *word);

/* without white space at both ends */
struct sat_slice sat_slice_trim(struct sat_slice s);

/* The first place of a byte; NULL: none. */
const char *sat_slice_find(struct sat_slice s, char c);

/* The line at the start, without its end; *s moves behind it.  A line ends
** with LF or CRLF. */
struct sat_slice sat_slice_line(struct sat_slice *s);

/* ASCII, whatever the locale is */
bool sat_is_space(char c);
bool sat_is_digit(char c);
bool sat_is_alnum(char c);
char sat_lower(char c);
/* the value of a hexadecimal digit, or -1 */
int sat_hex_value(char c);

#endif
