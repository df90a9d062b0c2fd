-- Media types by the end of a file's name.

local types <const> = {
  avif = "image/avif", bmp = "image/bmp", bz2 = "application/x-bzip2",
  css = "text/css", csv = "text/csv", doc = "application/msword",
  docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  eml = "message/rfc822", epub = "application/epub+zip", gif = "image/gif",
  gz = "application/gzip", heic = "image/heic", htm = "text/html", html = "text/html",
  ics = "text/calendar", jpeg = "image/jpeg", jpg = "image/jpeg",
  js = "text/javascript", json = "application/json", log = "text/plain",
  lua = "text/x-lua", md = "text/markdown", mov = "video/quicktime",
  mp3 = "audio/mpeg", mp4 = "video/mp4", msg = "application/vnd.ms-outlook",
  odp = "application/vnd.oasis.opendocument.presentation",
  ods = "application/vnd.oasis.opendocument.spreadsheet",
  odt = "application/vnd.oasis.opendocument.text", ogg = "audio/ogg",
  p7m = "application/pkcs7-mime", p7s = "application/pkcs7-signature",
  pdf = "application/pdf", png = "image/png", ppt = "application/vnd.ms-powerpoint",
  pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  ps = "application/postscript", rtf = "application/rtf", svg = "image/svg+xml",
  tar = "application/x-tar", tif = "image/tiff", tiff = "image/tiff",
  tsv = "text/tab-separated-values", txt = "text/plain", vcf = "text/vcard",
  wav = "audio/wav", webm = "video/webm", webp = "image/webp",
  xls = "application/vnd.ms-excel",
  xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml = "application/xml", xz = "application/x-xz", yaml = "application/yaml",
  zip = "application/zip",
}

local M = {}

---@param name string|nil name of a file
---@return string a media type; application/octet-stream when nothing is known
function M.of(name)
  local extension = (name or ""):match "%.([%w]+)$"
  return extension and types[extension:lower()] or "application/octet-stream"
end

return M
