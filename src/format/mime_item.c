#include "format/mime_item.h"

#include <string.h>

#include "format/mime_map.h"
#include "format/mime_uu.h"
#include "format/mime_word.h"

static bool is_disposed(const struct sat_mime_part *part, const char *word) {
  return part->disposition.p != NULL &&
         sat_slice_is(sat_param_word(part->disposition), word);
}

/* whether a parameter is there, without its value */
static bool has_param(struct sat_slice value, const char *name) {
  struct sat_charsets none = {0};
  struct sat_buf text = {0};
  bool found = value.p != NULL &&
               sat_param_text(&none, &text, value, name, (struct sat_slice){0});
  sat_buf_free(&text);
  sat_charsets_close(&none);
  return found;
}

static bool has_name(const struct sat_mime_part *part) {
  return has_param(part->disposition, "filename") ||
         has_param(part->content_type, "name");
}

/* --- how content is encoded --- */

static bool is_base64_char(char c) {
  return sat_is_alnum(c) || c == '+' || c == '/' || c == '=' || sat_is_space(c);
}

/* Text: a line of it has words, or bytes that base64 does not have. */
static bool is_no_base64(struct sat_slice s) {
  size_t wrong = 0, looked = s.n < 1024 ? s.n : 1024, words = 0;
  for (size_t i = 0; i < looked; i++) {
    if (!is_base64_char(s.p[i])) wrong++;
    bool between = i > 0 && i + 1 < looked && s.p[i] == ' ' &&
                   !sat_is_space(s.p[i - 1]) && !sat_is_space(s.p[i + 1]);
    if (between) words++;
  }
  return wrong * 10 > looked || words * 20 > looked;
}

enum sat_transfer sat_mime_transfer(const struct sat_mime_part *part) {
  if (part->transfer == SAT_TRANSFER_BASE64 && is_no_base64(part->body))
    return SAT_TRANSFER_PLAIN;
  return part->transfer;
}

/* --- the walk --- */

static void add_body(struct sat_mime_item *it, const struct sat_mime_part *part,
                     const struct sat_mime_part *choice) {
  struct sat_mime_body *b = sat_arena_alloc(it->tree.arena, sizeof *b);
  if (b == NULL) return;
  b->part = part;
  b->choice = choice;
  b->html = sat_mime_is(part, "text", "html");
  *it->bodies_end = b;
  it->bodies_end = &b->next;
}

static struct sat_mime_attachment *add_attachment(
    struct sat_mime_item *it, const struct sat_mime_part *part, bool related) {
  struct sat_mime_attachment *a = sat_arena_alloc(it->tree.arena, sizeof *a);
  if (a == NULL) return NULL;
  bool has_id = sat_mime_field(part, "content-id").p != NULL;
  a->part = part;
  a->embedded = sat_mime_is_message(part);
  a->is_inline = is_disposed(part, "inline")
                     ? !a->embedded
                     : related && has_id && !is_disposed(part, "attachment");
  *it->attachments_end = a;
  it->attachments_end = &a->next;
  return a;
}

static bool is_text(const struct sat_mime_part *part) {
  return sat_mime_is(part, "text", "plain") ||
         sat_mime_is(part, "text", "html") ||
         sat_mime_is(part, "text", "enriched") ||
         sat_mime_is(part, "text", "richtext");
}

/* text that is shown and not attached */
static bool is_body(const struct sat_mime_item *it,
                    const struct sat_mime_part *part) {
  if (!is_text(part) || is_disposed(part, "attachment")) return false;
  if (part->parent == NULL) return true;
  if (is_disposed(part, "inline") &&
      sat_mime_field(part, "content-id").p != NULL)
    return false; /* HTML shows it in a frame */
  if (!has_name(part)) return true;
  return part->disposition.p == NULL && it->bodies == NULL &&
         it->attachments == NULL;
}

struct place {
  const struct sat_mime_part *choice;
  bool related;
};

static void walk(struct sat_mime_item *it, const struct sat_mime_part *part,
                 struct place at);

static void walk_all(struct sat_mime_item *it, const struct sat_mime_part *p,
                     struct place at) {
  for (; p != NULL; p = p->next) walk(it, p, at);
}

static void attach_all(struct sat_mime_item *it, const struct sat_mime_part *p,
                       bool related) {
  for (; p != NULL; p = p->next) {
    if (p->first != NULL)
      walk_all(it, p->first, (struct place){NULL, related});
    else
      add_attachment(it, p, related);
  }
}

/* RFC 2387 3.2: the part that `start` names by its Content-ID, or the first */
static const struct sat_mime_part *related_root(
    const struct sat_mime_item *it, const struct sat_mime_part *part) {
  struct sat_buf start = {0};
  const struct sat_mime_part *root = part->first;
  if (sat_param_text(it->charsets, &start, part->content_type, "start",
                     (struct sat_slice){0}) && start.n > 0)
    for (const struct sat_mime_part *c = part->first; c != NULL; c = c->next) {
      struct sat_slice id = sat_mime_field(c, "content-id");
      if (id.n == start.n && memcmp(id.p, start.p, id.n) == 0) root = c;
    }
  sat_buf_free(&start);
  return root;
}

static void walk_related(struct sat_mime_item *it,
                         const struct sat_mime_part *part, struct place at) {
  const struct sat_mime_part *root = related_root(it, part);
  if (root != NULL) walk(it, root, (struct place){at.choice, true});
  for (const struct sat_mime_part *c = part->first; c != NULL; c = c->next)
    if (c != root) walk(it, c, (struct place){at.choice, true});
}

/* RFC 6522 3: words for people, the report, what it is about */
static void walk_report(struct sat_mime_item *it,
                        const struct sat_mime_part *part, struct place at) {
  for (const struct sat_mime_part *c = part->first; c != NULL; c = c->next) {
    bool is_status = sat_mime_is(c, "message", "delivery-status") ||
                     sat_mime_is(c, "message", "global-delivery-status") ||
                     sat_mime_is(c, "message", "disposition-notification") ||
                     sat_mime_is(c, "message",
                                 "global-disposition-notification");
    bool is_returned = sat_mime_is_message(c) ||
                       sat_mime_is(c, "text", "rfc822-headers") ||
                       sat_mime_is(c, "message", "rfc822-headers") ||
                       sat_mime_is(c, "message", "global-headers");
    if (is_status && it->status == NULL) it->status = c;
    else if (is_returned) add_attachment(it, c, false);
    else walk(it, c, at);
    if (is_returned && it->returned == NULL) it->returned = c;
  }
}

static void walk_multipart(struct sat_mime_item *it,
                           const struct sat_mime_part *part, struct place at) {
  const struct sat_mime_part *first = part->first;
  if (sat_mime_is(part, "multipart", "alternative")) {
    at.choice = part;
    walk_all(it, first, at);
  } else if (sat_mime_is(part, "multipart", "related")) {
    walk_related(it, part, at);
  } else if (sat_mime_is(part, "multipart", "signed")) { /* RFC 1847 2.1 */
    walk(it, first, at);
    attach_all(it, first->next, false);
  } else if (sat_mime_is(part, "multipart", "encrypted")) {
    attach_all(it, first, false);
  } else if (sat_mime_is(part, "multipart", "report")) {
    walk_report(it, part, at);
  } else {
    walk_all(it, first, at);
  }
}

static void add_uu(void *user, struct sat_slice lines, struct sat_slice name) {
  struct sat_mime_item *it = user;
  struct sat_mime_body *b = NULL;
  if (it->tree.parts >= it->tree.limits.parts) {
    it->tree.flaws |= SAT_FLAW_LIMIT;
    return;
  }
  it->tree.parts++;
  for (b = it->bodies; b->next != NULL; b = b->next) continue;
  struct sat_mime_attachment *a = add_attachment(it, b->part, false);
  if (a == NULL) return;
  a->uu = lines;
  a->name = name;
  a->is_inline = a->embedded = false;
}

static void walk(struct sat_mime_item *it, const struct sat_mime_part *part,
                 struct place at) {
  if (part->first != NULL) {
    walk_multipart(it, part, at);
  } else if (is_body(it, part)) {
    add_body(it, part, at.choice);
    /* only in text that stands there as it is; QP of it does not occur */
    if (part->transfer == SAT_TRANSFER_PLAIN &&
        sat_mime_is(part, "text", "plain"))
      sat_uu_find(part->body, add_uu, it);
  } else if (!sat_mime_is(part, "multipart", NULL)) {
    add_attachment(it, part, at.related);
  }
}

/* the charset of the first text, for header bytes that declare none */
static void find_charset(struct sat_mime_item *it) {
  const struct sat_mime_part *part =
      it->bodies != NULL ? it->bodies->part : it->tree.root;
  struct sat_buf text = {0};
  if (part->content_type.p != NULL &&
      sat_param_text(it->charsets, &text, part->content_type, "charset",
                     (struct sat_slice){0}) &&
      sat_charsets_has_ascii((struct sat_slice){(char *)text.p, text.n})) {
    it->charset.p = sat_arena_copy(it->tree.arena, text.p, text.n);
    it->charset.n = it->charset.p != NULL ? text.n : 0;
  }
  sat_buf_free(&text);
}

int sat_mime_item_read(struct sat_mime_item *it, const char *p, size_t n) {
  if (sat_mime_tree_read(&it->tree, p, n) < 0) return -1;
  it->bodies_end = &it->bodies;
  it->attachments_end = &it->attachments;
  walk(it, it->tree.root, (struct place){NULL, false});
  find_charset(it);
  it->flaws = it->tree.flaws;
  for (struct sat_mime_body *b = it->bodies; b != NULL; b = b->next)
    if (sat_mime_transfer(b->part) != b->part->transfer)
      it->flaws |= SAT_FLAW_TRANSFER;
  return it->tree.arena->failed ? -1 : 0;
}

/* --- attachments --- */

struct sat_mime_attachment *sat_mime_attachment_at(
    const struct sat_mime_item *it, size_t i) {
  struct sat_mime_attachment *a = it->attachments;
  while (a != NULL && i-- > 0) a = a->next;
  return a;
}

void sat_mime_attachment_name(const struct sat_mime_item *it,
                              const struct sat_mime_attachment *a,
                              struct sat_buf *out) {
  size_t from = out->n;
  if (a->uu.p != NULL) {
    sat_word_decode(it->charsets, out, a->name, it->charset);
    return;
  }
  if (a->part->disposition.p != NULL)
    sat_param_text(it->charsets, out, a->part->disposition, "filename",
                   it->charset);
  if (out->n == from && a->part->content_type.p != NULL)
    sat_param_text(it->charsets, out, a->part->content_type, "name",
                   it->charset);
}

struct sat_slice sat_mime_attachment_bytes(const struct sat_mime_attachment *a,
                                           enum sat_transfer *kind_r) {
  *kind_r = a->uu.p != NULL ? SAT_TRANSFER_UUENCODE
                            : sat_mime_transfer(a->part);
  return a->uu.p != NULL ? a->uu : a->part->body;
}

/* pieces of content; what has been passed goes out of memory */
static bool next_piece(struct sat_slice *s, bool mapped,
                       struct sat_slice *piece_r) {
  if (mapped && piece_r->n > 0) sat_map_forget(piece_r->p, piece_r->n);
  *piece_r = *s;
  if (piece_r->n > SAT_MAP_STEP) piece_r->n = SAT_MAP_STEP;
  s->p += piece_r->n;
  s->n -= piece_r->n;
  return piece_r->n > 0;
}

static size_t base64_size(struct sat_slice s, bool mapped) {
  struct sat_base64_count count = {0};
  struct sat_slice piece = {0};
  while (next_piece(&s, mapped, &piece))
    sat_base64_count(&count, piece.p, piece.n);
  return sat_base64_size(&count);
}

static size_t decoded_size(enum sat_transfer kind, struct sat_slice s,
                           bool mapped) {
  struct sat_transfer_state t = {.kind = kind};
  struct sat_buf out = {0};
  struct sat_slice piece = {0};
  size_t size = 0;
  while (next_piece(&s, mapped, &piece)) {
    sat_transfer_feed(&t, &out, piece.p, piece.n);
    size += out.n;
    sat_buf_clear(&out);
  }
  sat_transfer_finish(&t, &out);
  size += out.n;
  sat_buf_free(&out);
  return size;
}

size_t sat_mime_attachment_size(const struct sat_mime_item *it,
                                const struct sat_mime_attachment *a) {
  enum sat_transfer kind;
  struct sat_slice s = sat_mime_attachment_bytes(a, &kind);
  bool mapped = it->tree.mapped;
  if (kind == SAT_TRANSFER_PLAIN) return s.n;
  if (kind == SAT_TRANSFER_BASE64) return base64_size(s, mapped);
  return decoded_size(kind, s, mapped);
}
