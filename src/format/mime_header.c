#include "format/mime_header.h"

#include <string.h>

#define FIRST_ROOM 32
#define LOST_LINES 30 /* that lost the blanks they were folded with */

/* the length of a name that ':' follows, perhaps after blanks; 0: none */
static size_t name_length(struct sat_slice line) {
  size_t i = 0, n;
  while (i < line.n && line.p[i] > ' ' && line.p[i] != 127 && line.p[i] != ':')
    i++;
  n = i;
  while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t')) i++;
  return i < line.n && line.p[i] == ':' ? n : 0;
}

bool sat_header_is_field(struct sat_slice line) {
  return name_length(line) > 0;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static bool is_empty(struct sat_slice line) { return line.n == 0; }

/* fields that stand in no text by chance */
static bool is_known(struct sat_slice line) {
  static const char *const names[] = {
      "from:",         "to:",         "subject:",     "date:",
      "message-id:",   "received:",   "mime-version:", "content-",
      "in-reply-to:",  "references:", "reply-to:",    "return-path:",
      "x-",            "dkim-",       "delivered-to:", "sender:"};
  if (!sat_header_is_field(line)) return false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (sat_slice_begins(line, names[i])) return true;
  return false;
}

/* Whether fields go on behind a line that is none: the next line is one, or
** one soon that is well known. */
static bool goes_on(struct sat_slice rest) {
  for (unsigned i = 0; i < LOST_LINES; i++) {
    struct sat_slice line = sat_slice_line(&rest);
    if (is_empty(line)) return false;
    if (i == 0 ? sat_header_is_field(line) : is_known(line)) return true;
  }
  return false;
}

static bool is_mbox_line(struct sat_slice line) {
  return sat_slice_begins(line, "From ") || sat_slice_begins(line, ">From ");
}

static void add(struct sat_headers *h, size_t *room, struct sat_arena *a,
                struct sat_slice line, size_t name_n) {
  if (h->n == *room) {
    size_t more = *room > 0 ? *room * 2 : FIRST_ROOM;
    struct sat_header *list = sat_arena_array(a, more, sizeof *list);
    if (list == NULL) return;
    if (h->n > 0) memcpy(list, h->list, h->n * sizeof *list);
    h->list = list;
    *room = more;
  }
  const char *colon = memchr(line.p + name_n, ':', line.n - name_n);
  struct sat_slice value = {colon + 1, (size_t)(line.p + line.n - colon - 1)};
  h->list[h->n++] =
      (struct sat_header){{line.p, name_n}, sat_slice_trim(value)};
}

/* the lines that continue a field, added to its first one */
static void take_folded(struct sat_slice *s, struct sat_slice *line) {
  while (s->n > 0 && is_blank(s->p[0])) {
    struct sat_slice more = sat_slice_line(s);
    if (sat_slice_trim(more).n == 0 && s->n > 0 && !is_blank(s->p[0]) &&
        !sat_header_is_field(*s))
      break; /* a line of white space that was meant as the empty one */
    line->n = (size_t)(more.p + more.n - line->p);
  }
}

/* One field, or a line that is none.  False: the header has ended. */
static bool read_field(struct sat_slice *s, struct sat_slice *line_r,
                       size_t *name_r) {
  struct sat_slice before = *s, line = sat_slice_line(s);
  if (is_empty(line)) return false;
  *line_r = line;
  *name_r = name_length(line);
  if (*name_r > 0) {
    take_folded(s, line_r);
    return true;
  }
  if (sat_slice_begins(line, "--")) { /* a boundary: the empty line is lost */
    *s = before;
    return false;
  }
  if (is_mbox_line(line) || is_blank(line.p[0]) || goes_on(*s)) return true;
  *s = before;
  return false;
}

void sat_headers_skip(struct sat_slice *s) {
  if (s->n >= 3 && memcmp(s->p, "\xef\xbb\xbf", 3) == 0) s->p += 3, s->n -= 3;
  struct sat_slice rest = *s;
  while (rest.n > 0 && (rest.p[0] == '\r' || rest.p[0] == '\n'))
    rest.p++, rest.n--;
  if (rest.n < s->n && sat_header_is_field(rest)) *s = rest;
}

void sat_headers_read(struct sat_slice *s, size_t most, struct sat_arena *a,
                      struct sat_headers *h_r) {
  size_t room = 0, name_n = 0;
  struct sat_slice line = {0};
  *h_r = (struct sat_headers){0};
  h_r->raw.p = s->p;
  const char *end = s->p;
  while (s->n > 0 && read_field(s, &line, &name_n)) {
    end = s->p;
    if (name_n == 0) continue;
    if (h_r->n == most) h_r->cut = true;
    else add(h_r, &room, a, line, name_n);
  }
  h_r->raw.n = (size_t)(end - h_r->raw.p);
}

struct sat_slice sat_headers_get(const struct sat_headers *h,
                                 const char *name) {
  size_t n = strlen(name);
  for (size_t i = 0; i < h->n; i++)
    if (h->list[i].name.n == n && sat_slice_is(h->list[i].name, name))
      return h->list[i].value;
  return (struct sat_slice){0};
}
