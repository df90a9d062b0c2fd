#include "format/mime_uu.h"

#include <string.h>

/* "begin 644 name" */
static bool is_begin(struct sat_slice line, struct sat_slice *name_r) {
  size_t i = 6;
  if (!sat_slice_begins(line, "begin ")) return false;
  while (i < line.n && line.p[i] >= '0' && line.p[i] <= '7') i++;
  if (i < 9 || i > 10 || i == line.n || line.p[i] != ' ') return false;
  *name_r = sat_slice_trim((struct sat_slice){line.p + i, line.n - i});
  return name_r->n > 0;
}

/* a line of at most 45 bytes in groups of four characters */
static bool is_coded(struct sat_slice line) {
  if (line.n == 0 || line.p[0] < ' ' || line.p[0] > '`') return false;
  size_t bytes = (size_t)((line.p[0] - ' ') & 63);
  size_t least = 1 + (bytes * 8 + 5) / 6;
  /* blanks at the end may be lost, and a checksum added */
  return line.n <= least + 4 && line.n + 4 >= least;
}

/* the lines behind a begin line, up to and with "end"; false: not uuencode */
static bool take_lines(struct sat_slice *rest) {
  struct sat_slice line = sat_slice_line(rest);
  if (!is_coded(line)) return false;
  while (rest->n > 0) {
    line = sat_slice_line(rest);
    if (sat_slice_is(sat_slice_trim(line), "end")) return true;
    if (line.n > 0 && !is_coded(line)) return false;
  }
  return true; /* cut off */
}

bool sat_uu_next(struct sat_slice *text, struct sat_slice *before_r,
                 struct sat_slice *lines_r, struct sat_slice *name_r) {
  struct sat_slice s = *text;
  while (s.n > 0) {
    const char *at = memmem(s.p, s.n, "begin ", 6);
    if (at == NULL) return false;
    struct sat_slice rest = {at, (size_t)(s.p + s.n - at)};
    struct sat_slice line = sat_slice_line(&rest);
    bool starts = at == text->p || at[-1] == '\n';
    if (starts && is_begin(line, name_r) && take_lines(&rest)) {
      *before_r = (struct sat_slice){text->p, (size_t)(at - text->p)};
      *lines_r = (struct sat_slice){at, (size_t)(rest.p - at)};
      *text = rest;
      return true;
    }
    s = (struct sat_slice){at + 6, (size_t)(s.p + s.n - at - 6)};
  }
  return false;
}

void sat_uu_find(struct sat_slice text, sat_uu_found *found, void *user) {
  struct sat_slice before, lines, name;
  while (sat_uu_next(&text, &before, &lines, &name)) found(user, lines, name);
}
