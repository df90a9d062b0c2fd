/*
** What a person sees of a message: the parts that are its text, in their
** order, and those that are attached to it.  It is found out once, by a walk
** of the tree; nothing is decoded for it.
*/
#ifndef sat_mime_item_h
#define sat_mime_item_h

#include "format/mime_part.h"

struct sat_mime_body {
  const struct sat_mime_part *part;
  const struct sat_mime_part *choice; /* the multipart/alternative around */
  bool html;
  struct sat_mime_body *next;
};

struct sat_mime_attachment {
  const struct sat_mime_part *part;
  bool is_inline;        /* shown in the text */
  bool embedded;         /* a message */
  struct sat_slice uu;   /* uuencoded lines in a text; p is NULL: the part */
  struct sat_slice name; /* of the begin line, with uu */
  struct sat_mime_attachment *next;
};

struct sat_mime_item {
  struct sat_mime_tree tree;
  struct sat_charsets *charsets; /* borrowed */
  struct sat_slice charset;      /* of header bytes that declare none */
  struct sat_mime_body *bodies, **bodies_end;
  struct sat_mime_attachment *attachments, **attachments_end;
  const struct sat_mime_part *status;   /* message/delivery-status or
                                           message/disposition-notification */
  const struct sat_mime_part *returned; /* the message it is about */
  unsigned flaws;
};

/* Reads the message in p[0..n), which has to stay; 0, or -1 without memory.
** `tree.arena` and `tree.limits` and `charsets` are set before. */
int sat_mime_item_read(struct sat_mime_item *it, const char *p, size_t n);

struct sat_mime_attachment *sat_mime_attachment_at(
    const struct sat_mime_item *it, size_t i);

/* Appends its name as UTF-8; nothing if it has none. */
void sat_mime_attachment_name(const struct sat_mime_item *it,
                              const struct sat_mime_attachment *a,
                              struct sat_buf *out);

/* what is to be decoded, and how */
struct sat_slice sat_mime_attachment_bytes(const struct sat_mime_attachment *a,
                                           enum sat_transfer *kind_r);

/* bytes of the decoded content, without decoding it where that is not
** needed */
size_t sat_mime_attachment_size(const struct sat_mime_item *it,
                                const struct sat_mime_attachment *a);

/* How the content of a part is really encoded: text under the name of base64
** is plain. */
enum sat_transfer sat_mime_transfer(const struct sat_mime_part *part);

#endif
