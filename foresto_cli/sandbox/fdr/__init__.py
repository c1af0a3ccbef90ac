"""The CSV files of FinanceData/fdr_krx_data_cache, written from the synthetic market."""
