#include "wire/restriction.h"

#include <string.h>

static const char *const names[] = {/* ORDER sat_restriction_type */
    "and",     "or",   "not",   "content",    "property", "compare_properties",
    "bitmask", "size", "exist", "sub_object", "comment",  "count"};

static const char *const relops[] = {/* ORDER sat_relop */
    "lt", "le", "gt", "ge", "eq", "ne", "re"};

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

const char *sat_restriction_name(uint8_t type) {
  return type < COUNT_OF(names) ? names[type] : NULL;
}

const char *sat_relop_name(uint8_t op) {
  if (op == SAT_RELOP_MEMBER_OF_DL) return "member_of_dl";
  return op < COUNT_OF(relops) ? relops[op] : NULL;
}

int sat_restriction_by_name(const char *name) {
  for (size_t i = 0; i < COUNT_OF(names); i++)
    if (strcmp(names[i], name) == 0) return (int)i;
  return -1;
}

int sat_relop_by_name(const char *name) {
  for (size_t i = 0; i < COUNT_OF(relops); i++)
    if (strcmp(relops[i], name) == 0) return (int)i;
  return strcmp(name, "member_of_dl") == 0 ? SAT_RELOP_MEMBER_OF_DL : -1;
}

bool sat_restriction_nests(uint8_t type) {
  return type == SAT_RES_NOT || type == SAT_RES_SUBOBJECT ||
         type == SAT_RES_COMMENT || type == SAT_RES_COUNT;
}

/*
** {======================================================
** Reading
** =======================================================
*/

/* n restrictions, the fewest bytes of one being 3 (an empty and) */
static void decode_children(struct sat_reader *r, uint32_t n,
                            enum sat_dialect dialect,
                            struct sat_restriction *res) {
  res->children = sat_reader_array(r, n, sizeof *res->children, 3);
  res->n = res->children != NULL ? n : 0;
  for (uint32_t i = 0; i < res->n && sat_reader_ok(r); i++) {
    sat_reader_push(r, names[res->type], i);
    sat_restriction_decode(r, dialect, &res->children[i]);
    sat_reader_pop(r);
  }
}

/* 2.12.4, 2.12.5: the tag, then a value with a tag of its own; in the
** address book there may be a flag between them, which is the first byte of
** no tag: QUIRKS 2 */
static void decode_valued(struct sat_reader *r, enum sat_dialect dialect,
                          struct sat_restriction *res) {
  res->tag = sat_reader_u32(r);
  if (dialect == SAT_DIALECT_NSPI && sat_reader_left(r) > 0 &&
      (*r->p == 0 || *r->p == 0xff) && sat_reader_u8(r) == 0)
    return;
  sat_property_decode(r, dialect, &res->value);
}

static void decode_op(struct sat_reader *r, struct sat_restriction *res) {
  res->op = (uint8_t)sat_reader_u8(r);
  if (sat_relop_name(res->op) == NULL)
    sat_reader_fail(r, "unknown operator 0x%02x", res->op);
}

static void decode_bitmask(struct sat_reader *r, struct sat_restriction *res) {
  res->op = (uint8_t)sat_reader_u8(r);
  if (res->op > SAT_BMR_NEZ)
    sat_reader_fail(r, "unknown bit operator 0x%02x", res->op);
  res->tag = sat_reader_u32(r);
  res->number = sat_reader_u32(r);
}

/* 2.12.11: values, then a restriction if a flag says so */
static void decode_comment(struct sat_reader *r, enum sat_dialect dialect,
                           struct sat_restriction *res) {
  uint32_t n = sat_reader_u8(r), present;
  sat_properties_decode(r, n, dialect, &res->values);
  present = sat_reader_u8(r);
  if (present > 1)
    sat_reader_fail(r, "RestrictionPresent is 0x%02x", (unsigned)present);
  if (present == 1) decode_children(r, 1, dialect, res);
}

static void decode_body(struct sat_reader *r, enum sat_dialect dialect,
                        struct sat_restriction *res) {
  switch (res->type) {
    case SAT_RES_AND:
    case SAT_RES_OR:
      decode_children(r,
                      dialect == SAT_DIALECT_ROP ? sat_reader_u16(r)
                                                 : sat_reader_u32(r),
                      dialect, res);
      break;
    case SAT_RES_NOT: decode_children(r, 1, dialect, res); break;
    case SAT_RES_CONTENT:
      res->fuzzy = sat_reader_u32(r);
      decode_valued(r, dialect, res);
      break;
    case SAT_RES_PROPERTY:
      decode_op(r, res);
      decode_valued(r, dialect, res);
      break;
    case SAT_RES_COMPARE_PROPERTIES:
      decode_op(r, res);
      res->tag = sat_reader_u32(r);
      res->tag2 = sat_reader_u32(r);
      break;
    case SAT_RES_BITMASK: decode_bitmask(r, res); break;
    case SAT_RES_SIZE:
      decode_op(r, res);
      res->tag = sat_reader_u32(r);
      res->number = sat_reader_u32(r);
      break;
    case SAT_RES_EXIST: res->tag = sat_reader_u32(r); break;
    case SAT_RES_SUBOBJECT:
      res->tag = sat_reader_u32(r);
      decode_children(r, 1, dialect, res);
      break;
    case SAT_RES_COMMENT: decode_comment(r, dialect, res); break;
    case SAT_RES_COUNT:
      res->number = sat_reader_u32(r);
      decode_children(r, 1, dialect, res);
      break;
    default: sat_reader_fail(r, "unknown restriction 0x%02x", res->type);
  }
}

int sat_restriction_decode(struct sat_reader *r, enum sat_dialect dialect,
                           struct sat_restriction *res_r) {
  memset(res_r, 0, sizeof *res_r);
  res_r->value.value.type = SAT_T_NULL;
  if (sat_reader_down(r)) {
    res_r->type = (uint8_t)sat_reader_u8(r);
    if (sat_reader_ok(r)) decode_body(r, dialect, res_r);
  }
  sat_reader_up(r);
  return sat_reader_ok(r) ? 0 : -1;
}

/* }====================================================== */

/*
** {======================================================
** Writing
** =======================================================
*/

static void encode(struct sat_buf *b, const struct sat_restriction *res,
                   enum sat_dialect dialect, unsigned depth);

static void encode_children(struct sat_buf *b,
                            const struct sat_restriction *res,
                            enum sat_dialect dialect, unsigned depth) {
  bool counted = res->type == SAT_RES_AND || res->type == SAT_RES_OR;
  if (counted)
    sat_buf_int(b, res->n, dialect == SAT_DIALECT_ROP ? 2 : 4);
  else if (res->n != 1)
    b->failed = true;
  for (uint32_t i = 0; i < res->n && !b->failed; i++)
    encode(b, &res->children[i], dialect, depth);
}

/* the address book may leave the value out; then it has no tag either */
static void encode_valued(struct sat_buf *b, const struct sat_restriction *res,
                          enum sat_dialect dialect) {
  bool absent = dialect == SAT_DIALECT_NSPI && res->value.tag == 0;
  sat_buf_u32(b, res->tag);
  if (dialect == SAT_DIALECT_NSPI) sat_buf_u8(b, absent ? 0 : 0xff);
  if (!absent) sat_property_encode(b, &res->value, dialect);
}

static void encode_comment(struct sat_buf *b,
                           const struct sat_restriction *res,
                           enum sat_dialect dialect, unsigned depth) {
  sat_buf_u8(b, res->values.n);
  sat_properties_encode(b, &res->values, dialect);
  sat_buf_u8(b, res->n);
  if (res->n > 0) encode_children(b, res, dialect, depth);
}

static void encode_body(struct sat_buf *b, const struct sat_restriction *res,
                        enum sat_dialect dialect, unsigned depth) {
  switch (res->type) {
    case SAT_RES_CONTENT:
      sat_buf_u32(b, res->fuzzy);
      encode_valued(b, res, dialect);
      break;
    case SAT_RES_PROPERTY:
      sat_buf_u8(b, res->op);
      encode_valued(b, res, dialect);
      break;
    case SAT_RES_COMPARE_PROPERTIES:
      sat_buf_u8(b, res->op);
      sat_buf_u32(b, res->tag);
      sat_buf_u32(b, res->tag2);
      break;
    case SAT_RES_BITMASK:
    case SAT_RES_SIZE:
      sat_buf_u8(b, res->op);
      sat_buf_u32(b, res->tag);
      sat_buf_u32(b, res->number);
      break;
    case SAT_RES_EXIST: sat_buf_u32(b, res->tag); break;
    case SAT_RES_COMMENT: encode_comment(b, res, dialect, depth); break;
    default: /* and, or, not, sub_object, count */
      if (res->type == SAT_RES_SUBOBJECT) sat_buf_u32(b, res->tag);
      if (res->type == SAT_RES_COUNT) sat_buf_u32(b, res->number);
      encode_children(b, res, dialect, depth);
  }
}

static void encode(struct sat_buf *b, const struct sat_restriction *res,
                   enum sat_dialect dialect, unsigned depth) {
  if (depth >= SAT_READER_DEPTH || sat_restriction_name(res->type) == NULL)
    b->failed = true;
  if (b->failed) return;
  sat_buf_u8(b, res->type);
  encode_body(b, res, dialect, depth + 1);
}

void sat_restriction_encode(struct sat_buf *b,
                            const struct sat_restriction *res,
                            enum sat_dialect dialect) {
  encode(b, res, dialect, 0);
}

/* }====================================================== */
