"""What every data set is collected by: units, answers, the gate, the ledger."""
