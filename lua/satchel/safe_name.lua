-- Names for files from names that strangers chose: no folders, no control
-- characters, no hidden or reserved names, not too long for a file system.

local error_object = require "satchel.error"
local exists = require("satchel.file").exists

local M = {}

local longest <const> = 200 -- bytes; file systems end at 255, " (99)" and more must fit

local reserved <const> = { con = true, prn = true, aux = true, nul = true }
for i = 0, 9 do
  reserved["com" .. i], reserved["lpt" .. i] = true, true
end

-- the longest prefix of at most n bytes that does not cut a character
local function cut(text, n)
  if #text <= n then return text end
  while n > 0 and text:byte(n + 1) & 0xC0 == 0x80 do n = n - 1 end
  return text:sub(1, n)
end

-- characters that turn the direction of writing: "exe.fdp" could read "pdf.exe"
local function without_turns(name)
  return (name:gsub("\u{202A}", ""):gsub("\u{202B}", ""):gsub("\u{202C}", "")
    :gsub("\u{202D}", ""):gsub("\u{202E}", ""):gsub("\u{2066}", "")
    :gsub("\u{2067}", ""):gsub("\u{2068}", ""):gsub("\u{2069}", "")
    :gsub("\u{200E}", ""):gsub("\u{200F}", ""))
end

---A name that is safe for a file.
---@param name string|nil whatever the message said
---@return string never empty, without separators, at most 200 bytes
function M.of(name)
  name = without_turns(name or ""):gsub("[%c\127]", ""):gsub('[/\\:*?"<>|]', "_")
  name = name:gsub("^[%s.]+", ""):gsub("[%s.]+$", "")
  if not utf8.len(name) then name = name:gsub("[\128-\255]", "_") end
  if name == "" then return "attachment" end
  if reserved[name:match("^[^.]*"):lower()] then name = "_" .. name end
  if #name > longest then
    local extension = name:match "%.[^.]+$" or ""
    if #extension > 20 then extension = "" end
    name = cut(name:sub(1, #name - #extension), longest - #extension) .. extension
  end
  return name
end

local is_folder_error <const> = 21 -- EISDIR, what reading a folder gives

---Whether a path is a folder that exists.
---@param path string
---@return boolean
function M.is_folder(path)
  local file = io.open(path, "rb")
  if not file then return false end
  local _, _, code = file:read(1)
  file:close()
  return code == is_folder_error
end

-- "a.pdf", "a (2).pdf", "a (3).pdf": the first that does not exist
local function unused(folder, name)
  local stem, extension = name:match "^(.+)(%.[^.]+)$"
  if not stem then stem, extension = name, "" end
  local path, n = folder .. name, 1
  while exists(path) do
    n = n + 1
    path = ("%s%s (%d)%s"):format(folder, stem, n, extension)
  end
  return path
end

---Where to write a file: `path` itself, or in it if it is a folder.  What exists
---is never written over unless asked: in a folder the name gets a number, a full
---path is refused.
---@param path string a folder, or a file
---@param name string the stranger's name of the file
---@param overwrite boolean|nil
---@return string
function M.destination(path, name, overwrite)
  if path:find "[/\\]$" or M.is_folder(path) then
    local folder = path:gsub("/+$", "") .. "/"
    return overwrite and folder .. M.of(name) or unused(folder, M.of(name))
  end
  if not overwrite and exists(path) then
    error_object.raise { kind = "exists", message = ("file '%s' exists"):format(path),
      hint = "{ overwrite = true } replaces it" }
  end
  return path
end

return M
