"""Getting bytes: from the network (http), from the drop folder (drop_folder), and whether they are the document
(challenge)."""
