// Prints the rows of a parquet file as JSON, read by DuckDB.
import { DuckDBInstance } from '@duckdb/node-api';

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
const reader = await connection.runAndReadAll(`select * from read_parquet('${process.argv[2].replaceAll("'", "''")}') order by key`);
console.log(JSON.stringify(reader.getRowObjectsJson()));
