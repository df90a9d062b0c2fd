#include "format/mime_part.h"

#include <string.h>

#include "format/mime_map.h"

/* RFC 2046 5.1.1 allows 70; some use more */
#define BOUNDARY 1024

/* the boundaries of the multiparts that are open, innermost first */
struct fence {
  const struct fence *outer;
  const char *p; /* without the "--" before it */
  size_t n;
  unsigned depth;
};

struct reading {
  struct sat_mime_tree *tree;
  struct sat_slice left; /* what comes */
  const char *kept;      /* what is before it has been forgotten */
};

/* which boundary a line is, and whether it closes */
struct meeting {
  const struct fence *fence; /* NULL: the end of all came */
  bool closes;
};

static bool is_padding(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!sat_is_space(p[i])) return false;
  return true;
}

/* RFC 2046 5.1.1: white space may follow on the line */
static bool meets(const struct fence *f, struct sat_slice line,
                  struct meeting *m_r) {
  for (; f != NULL; f = f->outer) {
    if (line.n < f->n + 2 || memcmp(line.p + 2, f->p, f->n) != 0) continue;
    const char *rest = line.p + 2 + f->n;
    size_t n = line.n - 2 - f->n;
    bool closes = n >= 2 && rest[0] == '-' && rest[1] == '-';
    if (closes) rest += 2, n -= 2;
    if (!is_padding(rest, n)) continue;
    *m_r = (struct meeting){f, closes};
    return true;
  }
  return false;
}

/* what has been passed goes out of memory */
static void forget(struct reading *r) {
  if (!r->tree->mapped || r->left.p < r->kept) return;
  if ((size_t)(r->left.p - r->kept) < SAT_MAP_STEP) return;
  sat_map_forget(r->kept, (size_t)(r->left.p - r->kept));
  r->kept = r->left.p;
}

/* Everything up to the next boundary; the line end before it is its own. */
static struct sat_slice scan(struct reading *r, const struct fence *f,
                             struct meeting *m_r) {
  const char *start = r->left.p;
  *m_r = (struct meeting){NULL, false};
  while (r->left.n > 0) {
    const char *at = r->left.p;
    bool may_be = f != NULL && r->left.n > 2 && at[0] == '-' && at[1] == '-';
    if (!may_be) { /* to the next line that could be one */
      const char *lf = memchr(at, '\n', r->left.n);
      size_t used = lf != NULL ? (size_t)(lf + 1 - at) : r->left.n;
      r->left.p += used;
      r->left.n -= used;
      forget(r);
      continue;
    }
    struct sat_slice line = sat_slice_line(&r->left);
    if (!meets(f, line, m_r)) continue;
    const char *end = at;
    if (end > start && end[-1] == '\n') end--;
    if (end > start && end[-1] == '\r') end--;
    return (struct sat_slice){start, (size_t)(end - start)};
  }
  return (struct sat_slice){start, (size_t)(r->left.p - start)};
}

bool sat_mime_is(const struct sat_mime_part *part, const char *type,
                 const char *subtype) {
  return sat_slice_is(part->media.type, type) &&
         (subtype == NULL || sat_slice_is(part->media.subtype, subtype));
}

bool sat_mime_is_message(const struct sat_mime_part *part) {
  return sat_mime_is(part, "message", "rfc822") ||
         sat_mime_is(part, "message", "global");
}

struct sat_slice sat_mime_field(const struct sat_mime_part *part,
                                const char *name) {
  return sat_headers_get(&part->headers, name);
}

/* RFC 2046 5.1.5: a part of a digest is a message unless it says otherwise */
static void set_media(struct sat_mime_part *part) {
  struct sat_media_type m = sat_media_type_of(part->content_type);
  bool digest = part->parent != NULL &&
                sat_mime_is(part->parent, "multipart", "digest");
  if (m.type.n == 0 || (m.subtype.n == 0 && !sat_slice_is(m.type, "multipart")))
    m = digest && m.type.n == 0
            ? (struct sat_media_type){sat_slice_of("message"),
                                      sat_slice_of("rfc822")}
            : (struct sat_media_type){sat_slice_of("text"),
                                      sat_slice_is(m.type, "html")
                                          ? sat_slice_of("html")
                                          : sat_slice_of("plain")};
  part->media = m;
}

/* Content-Type; of several the first, but for a multipart among them: its
** boundaries are in the body */
static struct sat_slice content_type(const struct sat_mime_part *part) {
  const struct sat_headers *h = &part->headers;
  struct sat_slice first = {0};
  for (size_t i = 0; i < h->n; i++) {
    if (!sat_slice_is(h->list[i].name, "content-type")) continue;
    if (sat_slice_begins(h->list[i].value, "multipart/"))
      return h->list[i].value;
    if (first.p == NULL) first = h->list[i].value;
  }
  return first;
}

static void read_header(struct reading *r, struct sat_mime_part *part) {
  struct sat_mime_tree *t = r->tree;
  if (part->parent == NULL) sat_headers_skip(&r->left);
  sat_headers_read(&r->left, t->limits.headers, t->arena, &part->headers);
  if (part->headers.cut) t->flaws |= SAT_FLAW_LIMIT;
  part->content_type = content_type(part);
  part->disposition = sat_mime_field(part, "content-disposition");
  part->transfer =
      sat_transfer_of(sat_mime_field(part, "content-transfer-encoding"));
  set_media(part);
}

/* A part whose header is cut by a boundary has no body: its header must not
** run on into what follows. */
static struct sat_slice header_bounds(struct reading *r,
                                      const struct fence *f) {
  struct sat_slice s = r->left, all = r->left;
  struct meeting m;
  while (f != NULL && s.n > 0) {
    const char *at = s.p;
    struct sat_slice line = sat_slice_line(&s);
    if (line.n == 0) break;
    if (line.n > 2 && line.p[0] == '-' && line.p[1] == '-' &&
        meets(f, line, &m))
      return (struct sat_slice){all.p, (size_t)(at - all.p)};
  }
  return all;
}

static struct sat_mime_part *new_part(struct reading *r,
                                      struct sat_mime_part *parent,
                                      const struct fence *f) {
  struct sat_mime_part *part = sat_arena_alloc(r->tree->arena, sizeof *part);
  if (part == NULL) return NULL;
  r->tree->parts++;
  part->parent = parent;
  part->depth = parent != NULL ? parent->depth + 1 : 0;
  struct sat_slice bounds = header_bounds(r, f), all = r->left;
  r->left = bounds;
  read_header(r, part);
  size_t used = (size_t)(r->left.p - bounds.p);
  r->left = (struct sat_slice){all.p + used, all.n - used};
  return part;
}

static struct meeting read_body(struct reading *r, struct sat_mime_part *part,
                                const struct fence *outer);

/* the parts between boundaries; the first has been met */
static struct meeting read_children(struct reading *r,
                                    struct sat_mime_part *parent,
                                    const struct fence *f) {
  struct sat_mime_part **end = &parent->first;
  struct meeting m = {f, false};
  while (m.fence == f && !m.closes) {
    if (r->tree->parts >= r->tree->limits.parts) {
      r->tree->flaws |= SAT_FLAW_LIMIT;
      scan(r, f->outer, &m);
      return m;
    }
    /* nothing but the end: no part */
    if (is_padding(r->left.p, r->left.n) && *end != parent->first) break;
    struct sat_mime_part *part = new_part(r, parent, f);
    if (part == NULL) return (struct meeting){NULL, false};
    m = read_body(r, part, f);
    *end = part;
    end = &part->next;
  }
  if (!m.closes || m.fence != f) r->tree->flaws |= SAT_FLAW_NOT_CLOSED;
  if (m.fence != f) return m;
  scan(r, f->outer, &m); /* the epilogue */
  return m;
}

/* a boundary that nobody declared: a line "--x" which fields follow */
static bool guess_boundary(struct sat_slice s, struct fence *f) {
  while (s.n > 0) {
    struct sat_slice line = sat_slice_line(&s), next = s;
    if (line.n > BOUNDARY || !sat_slice_begins(line, "--")) continue;
    line = sat_slice_trim(line);
    next = sat_slice_line(&next);
    if (line.n < 3 || !sat_slice_begins(next, "content-")) continue;
    f->p = line.p + 2;
    f->n = line.n - 2;
    return true;
  }
  return false;
}

static bool declared_boundary(struct reading *r, struct sat_mime_part *part,
                              struct fence *f) {
  struct sat_charsets none = {0};
  struct sat_buf text = {0};
  bool found = sat_param_text(&none, &text, part->content_type, "boundary",
                              (struct sat_slice){0});
  found = found && text.n > 0 && text.n <= BOUNDARY;
  if (found) f->p = sat_arena_copy(r->tree->arena, text.p, text.n);
  f->n = text.n;
  sat_buf_free(&text);
  sat_charsets_close(&none);
  return found && f->p != NULL;
}

/* Parts by the boundary in f.  False if it never comes: nothing is used up
** then, and *all_r is all that the multipart has. */
static bool try_boundary(struct reading *r, struct sat_mime_part *part,
                         const struct fence *f, struct meeting *m_r,
                         struct sat_slice *all_r) {
  struct sat_slice before = r->left;
  *all_r = scan(r, f, m_r); /* the preamble */
  if (m_r->fence != f) {
    r->left = before;
    return false;
  }
  if (m_r->closes) scan(r, f->outer, m_r);
  else *m_r = read_children(r, part, f);
  return true;
}

static bool read_multipart(struct reading *r, struct sat_mime_part *part,
                           const struct fence *outer, struct meeting *m_r) {
  struct fence f = {outer, NULL, 0, outer != NULL ? outer->depth + 1 : 1};
  struct sat_slice all, before = r->left;
  if (f.depth > r->tree->limits.depth) {
    r->tree->flaws |= SAT_FLAW_LIMIT;
    return false;
  }
  bool declared = declared_boundary(r, part, &f);
  if (declared && try_boundary(r, part, &f, m_r, &all)) return true;
  r->tree->flaws |= declared ? SAT_FLAW_LOST_BOUNDARY : SAT_FLAW_NO_BOUNDARY;
  if (!declared) {
    all = scan(r, outer, m_r);
    r->left = before;
  }
  if (!guess_boundary(all, &f)) return false;
  return try_boundary(r, part, &f, m_r, &all);
}

/* a multipart without parts is shown as the text it has */
static void make_text(struct sat_mime_part *part) {
  part->media = (struct sat_media_type){sat_slice_of("text"),
                                        sat_slice_of("plain")};
}

static struct meeting read_body(struct reading *r, struct sat_mime_part *part,
                                const struct fence *outer) {
  struct meeting m = {NULL, false};
  const char *start = r->left.p;
  if (sat_mime_is(part, "multipart", NULL)) {
    if (read_multipart(r, part, outer, &m)) {
      part->body = (struct sat_slice){start, (size_t)(r->left.p - start)};
      return m;
    }
    make_text(part);
  }
  part->body = scan(r, outer, &m);
  return m;
}

int sat_mime_tree_read(struct sat_mime_tree *t, const char *p, size_t n) {
  struct reading r = {t, {p, n}, p};
  if (t->limits.depth == 0) t->limits.depth = SAT_MIME_DEPTH;
  if (t->limits.parts == 0) t->limits.parts = SAT_MIME_PARTS;
  if (t->limits.headers == 0) t->limits.headers = SAT_MIME_HEADERS;
  t->root = new_part(&r, NULL, NULL);
  if (t->root == NULL) return -1;
  if (t->root->headers.n == 0) t->flaws |= SAT_FLAW_NO_HEADER;
  read_body(&r, t->root, NULL);
  return t->arena->failed ? -1 : 0;
}
