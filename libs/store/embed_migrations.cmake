# Writes OUT, a C++ file with the text of FILES (migrations/NNNN_name.sqlite.sql) in order of their numbers.
list(SORT FILES)
set(rows "")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  if(NOT name MATCHES "^0*([0-9]+)_([a-z0-9_]+)\\.sqlite\\.sql$")
    message(FATAL_ERROR "not a migration's name: ${name}")
  endif()
  set(step ${CMAKE_MATCH_1})
  set(title ${CMAKE_MATCH_2})
  file(READ "${file}" sql)
  string(APPEND rows "      {${step}, \"${title}\", R\"SQL(${sql})SQL\"},\n")
endforeach()
file(WRITE "${OUT}" "#include \"libs/store/migrations.h\"

namespace scaiflow::store {

const std::vector<Migration>& sqlite_migrations() {
  static const std::vector<Migration> migrations{
${rows}  };
  return migrations;
}

}  // namespace scaiflow::store
")
